/** A world as JSON data: what is saved, sent and loaded again. */
import { freezeDeep } from '../freeze.ts'
import { copyJson, type Json, setField } from '../json.ts'
import { RecordMap } from '../records/record-map.ts'
import type { AnySlice } from '../slice.ts'

/** Frozen, so that a snapshot taken earlier never changes; a round trip through JSON text is exact. */
export interface WorldSnapshot {
  readonly formatVersion: 1
  /** By the slice's name. */
  readonly slices: { readonly [name: string]: SliceSnapshot }
}

export interface SliceSnapshot {
  /** Of the slice that wrote it. */
  readonly version: number
  /** A `RecordMap` in it is `{"$records": [[key, record], …]}`, which keeps any key and the order. */
  readonly state: Json
}

/** @param states frozen all through, as the store keeps them */
export function writeSnapshot(
  slices: readonly Pick<AnySlice, 'name' | 'version'>[],
  states: Readonly<Record<string, unknown>>,
): WorldSnapshot {
  const written = slices.map(({ name, version }) => {
    return [name, Object.freeze({ version, state: encodeState(states[name]) })] as const
  })
  return Object.freeze({ formatVersion: 1, slices: Object.freeze(Object.fromEntries(written)) })
}

/** Marks a `RecordMap`. A key of anybody's that begins with `$` is written with another `$` before it. */
const recordsKey = '$records'

/** What frozen parts of a state look like as JSON. A new snapshot writes only what is new since the last one. */
const written = new WeakMap<object, Json>()

function encodeState(state: unknown): Json {
  if (typeof state !== 'object' || state === null) return copyJson(state)
  const known = written.get(state)
  if (known !== undefined) return known
  const json = Object.freeze(encodeObject(state))
  written.set(state, json)
  return json
}

function encodeObject(state: object): Json {
  if (state instanceof RecordMap) {
    return {
      [recordsKey]: Object.freeze(Array.from(state, ([key, record]) => Object.freeze([key, encodeState(record)]))),
    }
  }
  if (Array.isArray(state)) return state.map(encodeState)
  const result: Record<string, Json> = {}
  for (const [key, field] of Object.entries(state)) {
    if (isJson(field)) setField(result, key.startsWith('$') ? `$${key}` : key, encodeState(field))
  }
  return result
}

/** What JSON leaves out of an object is not part of a state. */
const isJson = (value: unknown): boolean =>
  value !== undefined && typeof value !== 'function' && typeof value !== 'symbol'

/**
 * A state as its slice knows it. Frozen, and nothing of what it was made from.
 *
 * @param json of whatever origin
 * @throws {TypeError} where it is no JSON
 */
export function decodeState(json: unknown): unknown {
  return freezeDeep(decode(json))
}

function decode(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(decode)
  if (typeof json === 'object' && json !== null) return decodeObject(json as Readonly<Record<string, unknown>>)
  if (json === null || ['string', 'boolean'].includes(typeof json) || Number.isFinite(json)) return json
  throw new TypeError(`Expected JSON, got ${typeof json}`)
}

function decodeObject(json: Readonly<Record<string, unknown>>): unknown {
  if (Object.hasOwn(json, recordsKey)) return RecordMap.from(entriesOf(json[recordsKey]))
  const result: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(json)) {
    setField(result, key.startsWith('$') ? key.slice(1) : key, decode(field))
  }
  return result
}

function entriesOf(records: unknown): (readonly [string, unknown])[] {
  if (!Array.isArray(records)) throw new TypeError('Expected `$records` to be a list')
  return records.map((entry: unknown) => {
    const [key, record] = Array.isArray(entry) ? entry : []
    if (typeof key !== 'string') throw new TypeError('Expected a record to be [key, record]')
    return [key, decode(record)]
  })
}
