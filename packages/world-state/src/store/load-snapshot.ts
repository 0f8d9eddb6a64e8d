/** Loads a snapshot: checks, migrates and revives the states in it, before anything of a store changes. Says why it refuses one. */
import { isObject, kindOf, messageOf } from '@downlink/protocol'
import { RecordMap } from '../records/record-map.ts'
import type { AnySlice } from '../slice.ts'
import { requireState } from '../state-value.ts'
import { decodeState, snapshotFormat } from './snapshot.ts'

export type HydrateFailureCode =
  /** It is not a snapshot at all. */
  | 'not_a_snapshot'
  /** The snapshot's format is of a later version of this package. */
  | 'newer_format'
  /** A slice of the store is not in it, and does not begin anew when that is so: `whenMissing`. */
  | 'missing_slice'
  /** It has a slice that the store lacks: loading it would lose that. */
  | 'unknown_slice'
  /** A slice in it is of a later version than the store's. */
  | 'newer_version'
  /** There is no migration from its version. */
  | 'no_migration'
  /** A migration threw. */
  | 'migration_failed'
  /** A slice does not recognise its state. */
  | 'bad_shape'
  /** A reducer is at work: it must not load anything. */
  | 'busy'

export interface HydrateFailure {
  readonly ok: false
  readonly reason: HydrateFailureCode
  /** For people. */
  readonly message: string
  /** The slice that it failed at. */
  readonly slice?: string
  /** What a migration or a slice threw. */
  readonly cause?: unknown
}

export type HydrateResult = { readonly ok: true } | HydrateFailure

export type States = Readonly<Record<string, unknown>>

/** The states that a snapshot holds for these slices, or why it can't be taken. */
export function statesOf(
  snapshot: unknown,
  slices: readonly AnySlice[],
): { ok: true; states: States } | HydrateFailure {
  const held = readHead(snapshot)
  if ('ok' in held) return held
  const stranger = Object.keys(held.slices).find((name) => !slices.some((slice) => slice.name === name))
  if (stranger !== undefined) return refusal('unknown_slice', 'is not a slice of this store', stranger)
  const states: Record<string, unknown> = {}
  for (const slice of slices) {
    const result = stateOf(slice, held.slices)
    if (!result.ok) return result
    states[slice.name] = result.state
  }
  return { ok: true, states }
}

/** Whether these states would be taken back: what a save writes, it must be possible to load. */
export function checkStates(slices: readonly AnySlice[], states: States): HydrateResult {
  for (const slice of slices) {
    const result = revive(slice, states[slice.name])
    if (!result.ok) return result
  }
  return { ok: true }
}

function readHead(snapshot: unknown): HydrateFailure | { readonly slices: Readonly<Record<string, unknown>> } {
  if (!isObject(snapshot) || !isVersion(snapshot.formatVersion) || !isObject(snapshot.slices)) {
    return refusal('not_a_snapshot', 'Expected `formatVersion` and `slices`')
  }
  if (snapshot.formatVersion > snapshotFormat) {
    return refusal('newer_format', `Expected \`formatVersion\` up to ${snapshotFormat}, got ${snapshot.formatVersion}`)
  }
  return { slices: snapshot.slices }
}

type SliceResult = { readonly ok: true; readonly state: unknown } | HydrateFailure

function stateOf(slice: AnySlice, slices: Readonly<Record<string, unknown>>): SliceResult {
  const { name, version, initial, whenMissing } = slice
  if (!Object.hasOwn(slices, name)) {
    return whenMissing === 'initial'
      ? { ok: true, state: initial }
      : refusal('missing_slice', 'is not in the snapshot', name)
  }
  const held = slices[name]
  if (!isObject(held) || !isVersion(held.version) || !Object.hasOwn(held, 'state')) {
    return refusal('not_a_snapshot', 'has no `version` and `state`', name)
  }
  if (held.version > version) {
    return refusal('newer_version', `is of version ${held.version}, this store knows up to ${version}`, name)
  }
  return migrate(slice, held.version, held.state)
}

function migrate(slice: AnySlice, from: number, json: unknown): SliceResult {
  const { name, version, migrations = {} } = slice
  let state: unknown
  try {
    state = decodeState(json)
  } catch (cause) {
    return refusal('bad_shape', messageOf(cause), name, cause)
  }
  for (let at = from; at < version; at++) {
    const migration = Object.hasOwn(migrations, at) ? migrations[at] : undefined
    if (!migration) return refusal('no_migration', `has no migration from version ${at}`, name)
    try {
      state = migration(state)
    } catch (cause) {
      return refusal('migration_failed', `could not be brought from version ${at} to ${at + 1}`, name, cause)
    }
  }
  return revive(slice, state)
}

function revive({ name, initial, revive }: AnySlice, state: unknown): SliceResult {
  try {
    const revived = revive ? revive(state) : asInitial(state, initial)
    if (revived !== undefined) return { ok: true, state: requireState(revived, 'state') }
  } catch (cause) {
    return refusal('bad_shape', messageOf(cause), name, cause)
  }
  return refusal('bad_shape', 'does not recognise its state', name)
}

/** What can be said of a state without its slice's help: it has the fields of the initial one, each of its kind. */
function asInitial(state: unknown, initial: unknown): unknown {
  const fault = faultOf(state, initial, 'state')
  if (fault === undefined) return state
  throw new TypeError(`${fault}, as in \`initial\`; a slice whose fields change their kind needs a \`revive\``)
}

function faultOf(state: unknown, initial: unknown, path: string): string | undefined {
  if (kindOf(state) !== kindOf(initial)) return `Expected \`${path}\` to be ${kindOf(initial)}, got ${kindOf(state)}`
  if (!isObject(state) || !isObject(initial) || state instanceof RecordMap) return undefined
  for (const [key, first] of Object.entries(initial)) {
    // What begins as nothing may be anything; what begins as something, reducers and sections rely on.
    if (first === null || first === undefined) continue
    if (!Object.hasOwn(state, key)) return `Expected \`${path}.${key}\` to be there`
    const fault = faultOf(state[key], first, `${path}.${key}`)
    if (fault !== undefined) return fault
  }
  return undefined
}

function refusal(reason: HydrateFailureCode, message: string, slice?: string, cause?: unknown): HydrateFailure {
  const words = slice === undefined ? message : `Slice '${slice}' ${message}`
  return {
    ok: false,
    reason,
    message: words,
    ...(slice !== undefined && { slice }),
    ...(cause !== undefined && { cause }),
  }
}

const isVersion = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1
