/** Which slices react to an event, and what becomes of their states. */
import { WorldStateError } from '../errors.ts'
import type { Json } from '../json.ts'
import type { AnySlice, Warn } from '../slice.ts'
import { requireState } from '../state-value.ts'
import type { States } from './hydration.ts'

export interface Reaction {
  readonly slice: string
  readonly reduce: (state: unknown, payload: Json, warn: Warn) => unknown
}

/** @throws {WorldStateError} `bad_slice` */
export function reactionsOf(slices: readonly AnySlice[]): ReadonlyMap<string, readonly Reaction[]> {
  const reactions = new Map<string, Reaction[]>()
  for (const { name, on } of slices) {
    for (const [type, reducer] of Object.entries(on)) {
      if (type.startsWith('worldstate:')) {
        throw new WorldStateError('bad_slice', `Slice '${name}' reacts to '${type}', which only the store emits`)
      }
      const reaction = { slice: name, reduce: reducer as Reaction['reduce'] }
      reactions.set(type, [...(reactions.get(type) ?? []), reaction])
    }
  }
  return reactions
}

export interface Reacted {
  /** The same object where nothing changed. */
  readonly states: States
  /** The slices that changed. */
  readonly changed: readonly string[]
}

/** Throws what a reducer throws, and `bad_state` where it returns what can't be kept. */
export function react(states: States, reactions: readonly Reaction[], payload: Json, warn: Warn): Reacted {
  let next = states
  const changed: string[] = []
  for (const { slice, reduce } of reactions) {
    const state = reduce(next[slice], payload, warn)
    if (state === next[slice]) continue
    if (state === undefined) throw new TypeError(`A reducer of slice '${slice}' returned nothing`)
    next = { ...next, [slice]: requireState(state, slice) }
    changed.push(slice)
  }
  return { states: Object.freeze(next), changed }
}
