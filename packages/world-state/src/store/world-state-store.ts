/** The world's state: slices, changed by events one after the other, read at any time. */
import type { EventPort, Table } from '@downlink/artifacts'
import { WorldStateError } from '../errors.ts'
import { freezeDeep } from '../freeze.ts'
import { copyJson, type Json } from '../json.ts'
import type { AnySlice } from '../slice.ts'
import { type HydrateResult, type States, statesOf } from './hydration.ts'
import { createSections, type SectionFault, type Sections } from './sections.ts'
import type { SelectArguments, SelectorName, SelectResult, SliceEvents, SliceName, WorldState } from './slice-types.ts'
import { encodeState, type SliceSnapshot, type WorldSnapshot } from './snapshot.ts'
import type { Action, WorldStateFault, WorldStateUpdate } from './world-events.ts'

/** What a store needs of an `EventBus`. */
export interface WorldBus extends EventPort {
  on(name: string, listener: (payload: unknown) => void): () => void
  hasListeners(name: string): boolean
}

export interface WorldStateStoreOptions<Slices extends readonly AnySlice[]> {
  /** Their order is that of sections and tables. */
  readonly slices: Slices
  /** Hears `worldstate:updated` and `worldstate:error`; `connect` listens to it. */
  readonly eventBus?: WorldBus
  /** Milliseconds since 1970, for payloads without a timestamp. @default Date.now */
  readonly clock?: () => number
  /** Actions remembered. @default 50 */
  readonly historyLimit?: number
  /** Dispatches that listeners may cause during one dispatch; further ones are refused. @default 1000 */
  readonly nestedLimit?: number
}

export const worldStateDefaults = {
  historyLimit: 50 as number,
  nestedLimit: 1000 as number,
}

interface Reaction {
  readonly slice: string
  readonly reduce: (state: unknown, payload: unknown) => unknown
}

/**
 * A dispatch costs what it changes: states share what is not new, and nothing is made for listeners who are not there.
 *
 * @throws {WorldStateError} `bad_option`, `bad_slice`
 * @example
 * const store = new WorldStateStore({ slices: [createFactionSlice()], eventBus })
 * const disconnect = store.connect()
 */
export class WorldStateStore<const Slices extends readonly AnySlice[] = readonly AnySlice[]> {
  readonly #slices: readonly AnySlice[]
  readonly #bus: WorldBus | undefined
  readonly #clock: () => number
  readonly #historyLimit: number
  readonly #nestedLimit: number
  readonly #reactions: ReadonlyMap<string, readonly Reaction[]>
  readonly #sections: Sections
  readonly #listeners = new Set<(update: WorldStateUpdate) => void>()
  readonly #history: Action[] = []
  /** What listeners dispatched while a dispatch was under way. */
  readonly #waiting: { readonly type: string; readonly payload: unknown }[] = []
  #states: States
  #revision = 0
  #at: 'rest' | 'reducing' | 'telling' = 'rest'
  #nested = 0
  #disconnect: (() => void) | undefined

  constructor(options: WorldStateStoreOptions<Slices>) {
    const { slices, eventBus, clock = Date.now } = options
    this.#slices = slices
    this.#bus = eventBus
    this.#clock = clock
    this.#historyLimit = countOf('historyLimit', options)
    this.#nestedLimit = countOf('nestedLimit', options)
    this.#sections = createSections(slices)
    this.#reactions = reactionsOf(slices)
    this.#states = Object.freeze(Object.fromEntries(slices.map(({ name, initial }) => [name, freezeDeep(initial)])))
  }

  /** Grows with each change; equal revisions of one store mean equal states. */
  get revision(): number {
    return this.#revision
  }

  /** The latest actions, oldest first. Payloads are copies. */
  get history(): readonly Action[] {
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
    const undo = [...this.#reactions.keys()].map((type) => this.#bus?.on(type, (payload) => this.#take(type, payload)))
    const disconnect = (): void => {
      for (const off of undo.splice(0)) off?.()
      if (this.#disconnect === disconnect) this.#disconnect = undefined
    }
    this.#disconnect = disconnect
    return disconnect
  }

  /**
   * Lets the slices react to an event. Never throws: a reducer that does changes nothing and is told of by
   * `worldstate:error`. Within a listener it waits until all have heard of the dispatch before.
   *
   * @param payload is copied as JSON; without a `timestamp` it gets the store's
   */
  dispatch<Type extends keyof SliceEvents<Slices> & string>(type: Type, payload: SliceEvents<Slices>[Type]): void {
    this.#take(type, payload)
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
    const selectors = this.#slices.find((slice) => slice.name === name)?.select ?? {}
    const ask = Object.hasOwn(selectors, selector) ? selectors[selector] : undefined
    if (!ask) throw new WorldStateError('unknown_selector', `Slice '${name}' has no selector '${selector}'`)
    return ask(this.#states[name] as never, ...(args as readonly unknown[] as never[])) as SelectResult<Slices, Name, Selector>
  }

  /** Calls the listener after each change. One that throws is told of by `worldstate:error`. */
  subscribe(listener: (update: WorldStateUpdate) => void): () => void {
    const own = (update: WorldStateUpdate): void => listener(update)
    this.#listeners.add(own)
    return () => {
      this.#listeners.delete(own)
    }
  }

  /** The states by slice, as they are now: frozen, and never changed afterwards. */
  getState(): WorldState<Slices> {
    return this.#states as WorldState<Slices>
  }

  /** The world as JSON data, as it is now. What did not change since the last snapshot is shared with it. */
  snapshot(): WorldSnapshot {
    const slices: Record<string, SliceSnapshot> = {}
    for (const { name, version } of this.#slices) {
      slices[name] = Object.freeze({ version, state: encodeState(this.#states[name]) })
    }
    return Object.freeze({ formatVersion: 1, slices: Object.freeze(slices) })
  }

  /** Takes the states of a snapshot, as a whole or not at all. Actions of the time before are forgotten. */
  hydrate(snapshot: unknown): HydrateResult {
    if (this.#at === 'reducing') return { ok: false, reason: 'busy', message: 'A reducer must not load a snapshot' }
    const result = statesOf(snapshot, this.#slices)
    if (!result.ok) return result
    this.#states = freezeDeep(result.states)
    this.#history.length = 0
    this.#revision++
    this.#telling(() =>
      this.#tell({ type: null, slices: this.#slices.map(({ name }) => name), timestamp: this.#clock() }),
    )
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

  #take(type: string, payload: unknown): void {
    const reactions = this.#reactions.get(type)
    if (!reactions) return
    if (this.#at === 'rest') this.#telling(() => this.#reduce(type, payload, reactions))
    else if (this.#nested < this.#nestedLimit) {
      this.#nested++
      // As it is now: whoever dispatched it may change it before its turn comes.
      this.#waiting.push({ type, payload: copyJson(payload) })
    } else if (this.#nested++ === this.#nestedLimit) {
      this.#complain({ code: 'too_many_nested', type, error: null })
    }
  }

  /** Runs something that tells listeners, and then what these dispatched, in order. */
  #telling(run: () => void): void {
    if (this.#at !== 'rest') {
      run()
      return
    }
    this.#at = 'telling'
    try {
      run()
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
        this.#reduce(next.type, next.payload, this.#reactions.get(next.type) ?? [])
      }
    } finally {
      this.#at = 'rest'
      this.#nested = 0
    }
  }

  #reduce(type: string, given: unknown, reactions: readonly Reaction[]): void {
    let next = this.#states
    const changed: string[] = []
    let payload: Json
    this.#at = 'reducing'
    try {
      payload = stamp(given, this.#clock)
      for (const { slice, reduce } of reactions) {
        const state = reduce(next[slice], payload)
        if (state === next[slice]) continue
        if (state === undefined) throw new TypeError(`The reducer of ${slice} for ${type} returned nothing`)
        next = { ...next, [slice]: freezeDeep(state) }
        changed.push(slice)
      }
    } catch (error) {
      this.#complain({ code: 'reducer_failed', type, error })
      return
    } finally {
      this.#at = 'telling'
    }
    const timestamp = timestampOf(payload) ?? this.#clock()
    this.#remember({ type, payload, timestamp, slices: changed })
    if (changed.length === 0) return
    this.#states = Object.freeze(next)
    this.#revision++
    this.#tell({ type, slices: changed, timestamp })
  }

  #remember(action: Action): void {
    this.#history.push(freezeDeep(action))
    if (this.#history.length > this.#historyLimit) this.#history.shift()
  }

  #tell(change: Omit<WorldStateUpdate, 'revision'>): void {
    const heard = this.#bus?.hasListeners('worldstate:updated') === true
    if (!heard && this.#listeners.size === 0) return
    const update = freezeDeep({ ...change, revision: this.#revision })
    for (const listener of this.#listeners) {
      try {
        listener(update)
      } catch (error) {
        this.#complain({ code: 'listener_failed', type: change.type, error })
      }
    }
    if (heard) this.#emit('worldstate:updated', update)
  }

  #complain(fault: WorldStateFault): void {
    this.#emit('worldstate:error', fault)
  }

  #emit(name: string, payload: unknown): void {
    try {
      this.#bus?.emit(name, payload)
    } catch {
      // A bus of somebody else's that throws; the state is right all the same.
    }
  }
}

/** The frozen copy of a payload that reducers see and history keeps, with its time. */
function stamp(payload: unknown, clock: () => number): Json {
  const copy = copyJson(payload ?? {})
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) return copy
  return timestampOf(copy) === undefined ? Object.freeze({ ...copy, timestamp: clock() }) : copy
}

function timestampOf(payload: Json): number | undefined {
  if (typeof payload !== 'object' || payload === null || !('timestamp' in payload)) return undefined
  return typeof payload.timestamp === 'number' ? payload.timestamp : undefined
}

function reactionsOf(slices: readonly AnySlice[]): ReadonlyMap<string, readonly Reaction[]> {
  const reactions = new Map<string, Reaction[]>()
  for (const { name, on } of slices) {
    for (const type of Object.keys(on)) {
      if (type.startsWith('worldstate:')) {
        throw new WorldStateError('bad_slice', `Slice '${name}' reacts to '${type}', which only the store emits`)
      }
      const reaction = { slice: name, reduce: on[type] as Reaction['reduce'] }
      reactions.set(type, [...(reactions.get(type) ?? []), reaction])
    }
  }
  return reactions
}

function countOf(name: keyof typeof worldStateDefaults, options: WorldStateStoreOptions<readonly AnySlice[]>): number {
  const value = options[name] ?? worldStateDefaults[name]
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new WorldStateError('bad_option', `Expected \`${name}\` to be a whole number from 1 up, got ${value}`)
}
