/** Applies reducers: reads an event as an action, and makes of it the next states of the slices that know it. */

import { WorldStateError } from '../errors.ts'
import { copyJson, type Json } from '../json.ts'
import type { AnySlice, Warn } from '../slice.ts'
import { requireState } from '../state-value.ts'
import type { States } from './load-snapshot.ts'

export interface Action {
  readonly type: string
  /** A frozen copy. An object's `timestamp` is a number: its own, or else the store's. */
  readonly payload: Json
  readonly timestamp: number
}

/** Throws where the payload can't be read. */
export function actionOf(type: string, given: unknown, clock: () => number): Action {
  const copy = copyJson(given ?? {})
  // The text that stands for an object that throws where it is read.
  if (typeof given === 'object' && typeof copy === 'string' && copy.startsWith('[unreadable')) throw new TypeError(copy)
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) {
    return { type, payload: copy, timestamp: clock() }
  }
  const own = (copy as { readonly timestamp?: Json }).timestamp
  const timestamp = timeIn(own) ?? clock()
  return { type, payload: timestamp === own ? copy : Object.freeze({ ...copy, timestamp }), timestamp }
}

/** Milliseconds since 1970, of a number or of what JSON makes of a Date. */
function timeIn(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

export interface SliceReducer {
  readonly slice: string
  readonly reduce: (state: unknown, payload: Json, warn: Warn) => unknown
}

/** @throws {WorldStateError} `bad_slice` */
export function reducersOf(slices: readonly AnySlice[]): ReadonlyMap<string, readonly SliceReducer[]> {
  const reducers = new Map<string, SliceReducer[]>()
  for (const { name, on } of slices) {
    for (const [type, reducer] of Object.entries(on)) {
      if (type.startsWith('worldstate:')) {
        throw new WorldStateError('bad_slice', `Slice '${name}' reacts to '${type}', which only the store emits`)
      }
      const sliceReducer = { slice: name, reduce: reducer as SliceReducer['reduce'] }
      reducers.set(type, [...(reducers.get(type) ?? []), sliceReducer])
    }
  }
  return reducers
}

export interface AppliedReducers {
  /** The same object where nothing changed. */
  readonly states: States
  /** The slices that changed. */
  readonly changed: readonly string[]
}

/** Throws what a reducer throws, and `bad_state` where it returns what can't be kept. */
export function applyReducers(
  states: States,
  reducers: readonly SliceReducer[],
  payload: Json,
  warn: Warn,
): AppliedReducers {
  let next = states
  const changed: string[] = []
  for (const { slice, reduce } of reducers) {
    const state = reduce(next[slice], payload, warn)
    if (state === next[slice]) continue
    if (state === undefined) throw new TypeError(`A reducer of slice '${slice}' returned nothing`)
    next = { ...next, [slice]: requireState(state, slice) }
    changed.push(slice)
  }
  return { states: Object.freeze(next), changed }
}
