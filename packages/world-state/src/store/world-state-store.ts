/** Holds the world's state: slices, changed by events one after the other, read at any time. */

import { callGuarded, type Table } from '@downlink/artifacts'
import { WorldStateError } from '../errors.ts'
import { EventBus } from '../event-bus.ts'
import { type GuardedBus, guardBus } from '../guarded-bus.ts'
import { freezeDeep, type Json } from '../json.ts'
import {
  type AnySlice,
  requireSlice,
  type SelectArguments,
  type SelectorName,
  type SelectResult,
  type SliceEvents,
  type SliceName,
  type Warn,
  type WorldState,
} from '../slice.ts'
import { checkStates, type HydrateResult, type States, statesOf } from './load-snapshot.ts'
import {
  type Action,
  type AppliedReducers,
  actionOf,
  applyReducers,
  reducersOf,
  type SliceReducer,
} from './reducers.ts'
import { createSections, type SectionFault, type Sections } from './sections.ts'
import { type WorldSnapshot, writeSnapshot } from './snapshot.ts'
import { type WorldStateStoreOptions, withStoreDefaults } from './store-options.ts'
import type { PastAction, WorldStateFault, WorldStateUpdate } from './world-events.ts'

/** An action whose turn has not come, or why there is none. */
type Waiting = Action | Pick<WorldStateFault, 'type' | 'error'>

/**
 * A dispatch costs what it changes: states share what is not new, and nothing is made for listeners who are not there.
 *
 * @throws {WorldStateError} `bad_option`, `bad_slice`, `bad_state`
 * @example
 * const store = new WorldStateStore({ slices: [createFactionSlice()], eventBus })
 * const disconnect = store.connect()
 */
export class WorldStateStore<const Slices extends readonly AnySlice[] = readonly AnySlice[]> {
  readonly #options: ReturnType<typeof withStoreDefaults<Slices>>
  readonly #reducers: ReadonlyMap<string, readonly SliceReducer[]>
  readonly #sections: Sections
  readonly #bus: GuardedBus
  readonly #subscribers: EventBus<{ updated: WorldStateUpdate }>
  readonly #history: PastAction[] = []
  /** What listeners dispatched while a dispatch was under way. */
  readonly #waiting: Waiting[] = []
  #states: States
  #revision = 0
  /** Reducers and listeners run in turns: none sees a state that is half done. */
  #turn: 'nobody' | 'reducer' | 'listener' = 'nobody'
  #nested = 0
  #disconnect: (() => void) | undefined

  constructor(options: WorldStateStoreOptions<Slices>) {
    this.#options = withStoreDefaults(options)
    const { slices } = options
    slices.forEach(requireSlice)
    this.#sections = createSections(slices)
    this.#reducers = reducersOf(slices)
    this.#states = Object.freeze(Object.fromEntries(slices.map(({ name, initial }) => [name, initial])))
    this.#bus = guardBus(this.#options.eventBus, (error, type) => this.#report({ code: 'bus_failed', type, error }))
    this.#subscribers = new EventBus({
      onError: (error) => this.#reportError({ code: 'listener_failed', type: null, error }),
    })
  }

  /** Grows with each change; one store at one revision has one state. */
  get revision(): number {
    return this.#revision
  }

  /** The latest actions, oldest first. */
  get history(): readonly PastAction[] {
    return Object.freeze([...this.#history])
  }

  /**
   * Dispatches whatever the bus emits and a slice knows. Do so before the game's first event. Connected twice it
   * listens once.
   *
   * @returns how to disconnect
   */
  connect(): () => void {
    if (this.#disconnect) return this.#disconnect
    const undo = [...this.#reducers.keys()].map((type) =>
      this.#bus.listen(type, (payload) => this.#enqueue(type, payload)),
    )
    this.#disconnect = () => {
      for (const off of undo.splice(0)) off()
      this.#disconnect = undefined
    }
    return this.#disconnect
  }

  /**
   * Lets the slices react to an event. Never throws: where a reducer does, nothing changes, and `worldstate:error`
   * says so. What a listener dispatches waits until all have heard of the dispatch before.
   *
   * @param payload is copied as JSON; one without a `timestamp` gets the store's
   */
  dispatch<Type extends keyof SliceEvents<Slices> & string>(type: Type, payload: SliceEvents<Slices>[Type]): void {
    this.#enqueue(type, payload)
  }

  /**
   * Asks a slice.
   *
   * @throws {WorldStateError} `unknown_selector`
   * @example store.select('faction', 'faction', 'red-fleet')?.attitude
   */
  select<Name extends SliceName<Slices>, Selector extends SelectorName<Slices, Name>>(
    name: Name,
    selector: Selector,
    ...args: SelectArguments<Slices, Name, Selector>
  ): SelectResult<Slices, Name, Selector> {
    const selectors = this.#options.slices.find((slice) => slice.name === name)?.select ?? {}
    if (!Object.hasOwn(selectors, selector)) {
      throw new WorldStateError('unknown_selector', `Slice '${name}' has no selector '${selector}'`)
    }
    const ask = selectors[selector] as (state: unknown, ...args: readonly unknown[]) => unknown
    return ask(this.#states[name], ...args) as SelectResult<Slices, Name, Selector>
  }

  /** Calls a listener after each change. One that throws is told of by `worldstate:error`. */
  subscribe(listener: (update: WorldStateUpdate) => void): () => void {
    return this.#subscribers.on('updated', listener)
  }

  /** The states by slice, as they are now: frozen, and never changed afterwards. */
  getState(): WorldState<Slices> {
    return this.#states as WorldState<Slices>
  }

  /** The world as JSON data, as it is now. What did not change since the last snapshot is shared with it. */
  snapshot(): WorldSnapshot {
    return writeSnapshot(this.#options.slices, this.#states)
  }

  /** Whether this store would take its own snapshot back, as it is now: each slice judges its state. */
  check(): HydrateResult {
    return checkStates(this.#options.slices, this.#states)
  }

  /** Takes the states of a snapshot, as a whole or not at all. The history begins anew. */
  hydrate(snapshot: unknown): HydrateResult {
    const { slices, clock, nestedLimit } = this.#options
    // Each telling may hydrate again: without a bound this would not end.
    if (this.#turn === 'reducer' || this.#nested >= nestedLimit) {
      return { ok: false, reason: 'busy', message: 'Expected to load a snapshot between two dispatches' }
    }
    const result = statesOf(snapshot, slices)
    if (!result.ok) return result
    const timestamp = clock()
    this.#states = Object.freeze(result.states)
    this.#history.length = 0
    this.#revision++
    this.#inTurn(() => this.#notify({ type: null, slices: slices.map(({ name }) => name), timestamp }))
    return { ok: true }
  }

  /**
   * What the slices show of themselves, by section, as JSON.
   *
   * @param onFault hears of a section that throws; it is null then
   */
  inspect(onFault?: (fault: SectionFault) => void): Record<string, Json> {
    return this.#sections.inspect(this.#states, onFault)
  }

  /** The slices' tables. One that throws is left out. */
  tables(onFault?: (fault: SectionFault) => void): Table[] {
    return this.#sections.tables(this.#states, onFault)
  }

  #enqueue(type: string, payload: unknown): void {
    if (!this.#reducers.has(type)) return
    const { nestedLimit } = this.#options
    if (this.#turn === 'nobody') this.#inTurn(() => this.#perform(this.#read(type, payload)))
    // Read at once: whoever dispatched it may change it before its turn comes.
    else if (this.#nested++ < nestedLimit) this.#waiting.push(this.#read(type, payload))
    else if (this.#nested === nestedLimit + 1) this.#reportError({ code: 'too_many_nested', type, error: null })
  }

  #read(type: string, payload: unknown): Waiting {
    try {
      return actionOf(type, payload, this.#options.clock)
    } catch (error) {
      return { type, error }
    }
  }

  /** Runs something that tells listeners, and then what these dispatched, in order. */
  #inTurn(run: () => void): void {
    if (this.#turn !== 'nobody') {
      this.#nested++
      run()
      return
    }
    this.#turn = 'listener'
    run()
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) this.#perform(next)
    this.#turn = 'nobody'
    this.#nested = 0
  }

  #perform(action: Waiting): void {
    if ('error' in action) {
      this.#reportError({ code: 'reducer_failed', ...action })
      return
    }
    const leftOut: string[] = []
    const applied = this.#applyReducers(action, (message) => leftOut.push(message))
    this.#turn = 'listener'
    const { type, timestamp } = action
    if ('error' in applied) {
      this.#reportError({ code: 'reducer_failed', type, error: applied.error })
      return
    }
    const { states, changed } = applied
    this.#states = states
    this.#remember({ ...action, slices: changed })
    if (changed.length > 0) this.#revision++
    for (const message of leftOut) this.#reportError({ code: 'field_left_out', type, error: new TypeError(message) })
    if (changed.length > 0) this.#notify({ type, slices: changed, timestamp })
  }

  #applyReducers({ type, payload }: Action, warn: Warn): AppliedReducers | Pick<WorldStateFault, 'error'> {
    this.#turn = 'reducer'
    try {
      return applyReducers(this.#states, this.#reducers.get(type) ?? [], payload, warn)
    } catch (error) {
      return { error }
    }
  }

  #remember(action: PastAction): void {
    this.#history.push(freezeDeep(action))
    if (this.#history.length > this.#options.historyLimit) this.#history.shift()
  }

  #notify(change: Omit<WorldStateUpdate, 'revision'>): void {
    const heard = this.#bus.mayHear('worldstate:updated')
    if (!heard && !this.#subscribers.hasListeners('updated')) return
    const update = freezeDeep({ ...change, revision: this.#revision })
    this.#subscribers.emit('updated', update)
    if (heard) this.#bus.emit('worldstate:updated', update)
  }

  #reportError(fault: WorldStateFault): void {
    this.#report(fault)
    this.#bus.emit('worldstate:error', fault)
  }

  #report(fault: WorldStateFault): void {
    callGuarded(
      () => this.#options.onError(fault),
      // Nobody is left to tell.
      () => {},
    )
  }
}
