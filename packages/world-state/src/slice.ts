/** Defines a slice of the world: its state, the events that change it, what it shows of itself; and what a list of them says. */

import type { Cell, Table } from '@downlink/artifacts'
import { kindOf } from '@downlink/protocol'
import { expectObject, WorldStateError } from './errors.ts'
import { requireState } from './state-value.ts'

/** Every payload has a time: its own, or else the store's. */
export type Stamped<Payload> = Payload & { readonly timestamp: number }

/** Tells of something odd in a payload, which does not keep the rest of it from counting: `field_left_out`. */
export type Warn = (message: string) => void

/**
 * By event, how it changes the state. Pure: the next state, or the same one where nothing changed. State and payload
 * are frozen.
 */
export type Reducers<State> = Readonly<Record<string, (state: State, payload: never, warn: Warn) => State>>

/** What may be dispatched to reducers: the payloads that they take, whose time may be left out. */
export type ReducerEvents<On> = { readonly [Type in keyof On]: Unstamped<PayloadOf<On[Type]>> }

type PayloadOf<Reduce> = Reduce extends (state: never, payload: infer Payload, warn: Warn) => unknown ? Payload : never

type Unstamped<Payload> = Payload extends { readonly timestamp: number }
  ? Omit<Payload, 'timestamp'> & { readonly timestamp?: number }
  : Payload

export type Selectors<State> = Readonly<Record<string, (state: State, ...args: never[]) => unknown>>

/** A table that a slice contributes, in the columns' order. */
export interface TableDefinition<State> extends Pick<Table, 'kind' | 'layout' | 'columns'> {
  readonly rows: (state: State) => readonly (readonly Cell[])[]
}

export interface SliceDefinition<Name extends string, State, On, Select> {
  /** Letters, digits, `-` and `_`; the key of its state. */
  readonly name: Name
  /** Of the state's shape: 1, and one more whenever an older snapshot no longer fits. */
  readonly version: number
  /**
   * Plain objects, lists, `RecordMap`s, text, numbers, bigints, true, false, null and undefined. Frozen by the slice.
   */
  readonly initial: State
  readonly on: On
  /** Questions about the state: `store.select(name, selector, ...args)`. */
  readonly select?: Select
  /** What it adds to the inspector summary, by section. */
  readonly inspect?: Readonly<Record<string, (state: State) => unknown>>
  /** The tables that it adds to an export, by section. */
  readonly tables?: Readonly<Record<string, TableDefinition<State>>>
  /** By the version that it starts from: makes the state of the next version. It may throw: the snapshot is refused. */
  readonly migrations?: Readonly<Record<number, (state: unknown) => unknown>>
  /**
   * Judges a loaded state, trims it to this slice's limits, and returns it; undefined or a throw refuses it.
   * @default takes an object with the initial state's keys, each of the same kind; what begins as null or undefined may
   * be anything
   */
  readonly revive?: (state: unknown) => State | undefined
  /**
   * What becomes of a snapshot from before this slice was there: `refuse` it, or let the slice begin with its
   * `initial` state.
   * @default 'refuse'
   */
  readonly whenMissing?: WhenMissing
}

export type WhenMissing = 'refuse' | 'initial'

/** A definition that was found good. */
export interface Slice<Name extends string, State, Events, Select>
  extends SliceDefinition<Name, State, object, Select> {
  /** For the compiler only: what may be dispatched. */
  readonly '~events'?: Events
}

/** A slice of whatever state: what a store is made of. */
export interface AnySlice {
  readonly name: string
  readonly version: number
  readonly initial: unknown
  readonly on: object
  readonly select?: Readonly<Record<string, (state: never, ...args: never[]) => unknown>>
  readonly inspect?: Readonly<Record<string, (state: never) => unknown>>
  readonly tables?: Readonly<Record<string, TableDefinition<never>>>
  readonly migrations?: Readonly<Record<number, (state: unknown) => unknown>>
  readonly revive?: (state: unknown) => unknown
  readonly whenMissing?: WhenMissing
  readonly '~events'?: object
}

/**
 * @throws {WorldStateError} `bad_slice`, for a name, a version, a reducer or a `whenMissing` that can't be; `bad_state`, where
 * `initial` holds what no save could give back
 * @example
 * const score = defineSlice({
 *   name: 'score',
 *   version: 1,
 *   initial: { points: 0 },
 *   on: { 'ship:lost': (state, { worth }: { worth: number }) => ({ points: state.points + worth }) },
 *   select: { points: (state) => state.points },
 *   inspect: { score: (state) => state },
 * })
 */
export function defineSlice<
  const Name extends string,
  State,
  On extends Reducers<State>,
  Select extends Selectors<State>,
>(definition: SliceDefinition<Name, State, On, Select>): Slice<Name, State, ReducerEvents<On>, Select> {
  requireSlice(definition)
  return Object.freeze({ ...definition })
}

/**
 * A store asks again: a slice may be a copy of another with something changed.
 *
 * @throws {WorldStateError} `bad_slice`, `bad_state`
 */
export function requireSlice(slice: Pick<AnySlice, 'name' | 'version' | 'initial' | 'on' | 'whenMissing'>): void {
  expectObject('a slice', slice, 'bad_slice')
  const { name, version, initial, on, whenMissing = 'refuse' } = slice
  if (typeof name !== 'string' || !/^[a-z][\w-]*$/i.test(name)) {
    throw new WorldStateError('bad_slice', `Expected a slice's \`name\` to be of letters and digits, got '${name}'`)
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new WorldStateError('bad_slice', `Expected \`version\` to be a whole number from 1 up, got ${version}`)
  }
  if (whenMissing !== 'refuse' && whenMissing !== 'initial') {
    throw new WorldStateError('bad_slice', `Expected \`whenMissing\` to be 'refuse' or 'initial', got ${whenMissing}`)
  }
  expectObject(`\`on\` of slice '${name}'`, on, 'bad_slice')
  for (const [type, reduce] of Object.entries(on)) {
    if (typeof reduce === 'function') continue
    const expected = `Expected slice '${name}' to react to '${type}' with a function`
    throw new WorldStateError('bad_slice', `${expected}, got ${kindOf(reduce)}`)
  }
  if (initial === undefined) {
    throw new WorldStateError('bad_state', `Expected slice '${name}' to have an \`initial\` state`)
  }
  requireState(initial, 'initial')
}

export type SliceName<Slices extends readonly AnySlice[]> = Slices[number]['name']

type Named<Slices extends readonly AnySlice[], Name extends string> = Extract<Slices[number], { readonly name: Name }>

/** Each slice's state, by its name. */
export type WorldState<Slices extends readonly AnySlice[]> = {
  readonly [Name in SliceName<Slices>]: Named<Slices, Name>['initial']
}

type Intersection<Union> = (Union extends unknown ? (value: Union) => void : never) extends (value: infer All) => void
  ? All
  : never

type Events<Slices extends readonly AnySlice[]> = Intersection<NonNullable<Slices[number]['~events']>>

/** Every event that a slice reacts to; where several do, its payload suits all of them. Any event, where none is known. */
export type SliceEvents<Slices extends readonly AnySlice[]> = keyof Events<Slices> extends never
  ? Record<string, unknown>
  : Events<Slices>

export type SelectorName<Slices extends readonly AnySlice[], Name extends string> = keyof NonNullable<
  Named<Slices, Name>['select']
> &
  string

type SelectorOf<Slices extends readonly AnySlice[], Name extends string, Selector> = Selector extends keyof NonNullable<
  Named<Slices, Name>['select']
>
  ? NonNullable<Named<Slices, Name>['select']>[Selector]
  : never

export type SelectArguments<Slices extends readonly AnySlice[], Name extends string, Selector> =
  SelectorOf<Slices, Name, Selector> extends (state: never, ...args: infer Args) => unknown ? Args : never

export type SelectResult<Slices extends readonly AnySlice[], Name extends string, Selector> =
  SelectorOf<Slices, Name, Selector> extends (state: never, ...args: never[]) => infer Result ? Result : never
