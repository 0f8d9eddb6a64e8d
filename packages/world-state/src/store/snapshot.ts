/** Writes a world as JSON data, to be saved, sent and loaded again. */
import { type Json, setField } from '../json.ts'
import { RecordMap } from '../records/record-map.ts'
import type { AnySlice } from '../slice.ts'
import { requireState } from '../state-value.ts'

/** The latest format. Version 1 kept no undefined, no bigint, and no number that JSON lacks. */
export const snapshotFormat = 2

/** Frozen, so that a snapshot taken earlier never changes; a round trip through JSON text is exact. */
export interface WorldSnapshot {
  readonly formatVersion: typeof snapshotFormat
  /** By the slice's name. */
  readonly slices: { readonly [name: string]: SliceSnapshot }
}

export interface SliceSnapshot {
  /** Of the slice that wrote it. */
  readonly version: number
  /**
   * A `RecordMap` in it is `{"$records": [[key, record], …]}`, which keeps any key and the order. What JSON lacks is
   * `{"$undefined": true}`, `{"$bigint": "12"}`, `{"$number": "NaN"}`, `"Infinity"`, `"-Infinity"` or `"-0"`.
   */
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
  return Object.freeze({ formatVersion: snapshotFormat, slices: Object.freeze(Object.fromEntries(written)) })
}

/** What frozen parts of a state look like as JSON. A new snapshot writes only what is new since the last one. */
const written = new WeakMap<object, Json>()

function encodeState(state: unknown): Json {
  if (typeof state === 'object' && state !== null) return encodeOnce(state)
  if (state === undefined) return { $undefined: true }
  if (typeof state === 'bigint') return { $bigint: `${state}` }
  if (typeof state === 'number' && !(Number.isFinite(state) && !Object.is(state, -0))) {
    return { $number: Object.is(state, -0) ? '-0' : `${state}` }
  }
  return state as Json
}

function encodeOnce(state: object): Json {
  const known = written.get(state)
  if (known !== undefined) return known
  const json = Object.freeze(encodeObject(state))
  written.set(state, json)
  return json
}

function encodeObject(state: object): Json {
  if (state instanceof RecordMap) {
    return {
      $records: Object.freeze(Array.from(state, ([key, record]) => Object.freeze([key, encodeState(record)]))),
    }
  }
  if (Array.isArray(state)) return state.map(encodeState)
  const result: Record<string, Json> = {}
  for (const [key, field] of Object.entries(state)) setField(result, escapeKey(key), encodeState(field))
  return result
}

/** A mark is a key with one `$` before it; a key of anybody's that begins with one is written with another. */
const escapeKey = (key: string): string => (key.startsWith('$') ? `$${key}` : key)

/**
 * A state as its slice knows it. Frozen, and nothing of what it was made from.
 *
 * @param json of whatever origin
 * @throws {TypeError} where it is no JSON, or has a mark that is not known
 */
export function decodeState(json: unknown): unknown {
  return requireState(decode(json), 'state')
}

function decode(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(decode)
  if (typeof json === 'object' && json !== null) return decodeObject(json as Readonly<Record<string, unknown>>)
  if (json === null || ['string', 'boolean'].includes(typeof json) || Number.isFinite(json)) return json
  throw new TypeError(`Expected JSON, got ${typeof json}`)
}

function decodeObject(json: Readonly<Record<string, unknown>>): unknown {
  const result: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(json)) {
    if (/^\$(?!\$)/.test(key)) return decodeMarked(key, field)
    setField(result, key.startsWith('$') ? key.slice(1) : key, decode(field))
  }
  return result
}

const numbers = new Map(['NaN', 'Infinity', '-Infinity', '-0'].map((text) => [text as unknown, Number(text)]))

function decodeMarked(mark: string, value: unknown): unknown {
  if (mark === '$records') return RecordMap.from(entriesOf(value))
  if (mark === '$undefined') return undefined
  if (mark === '$bigint' && typeof value === 'string') return BigInt(value)
  if (mark === '$number' && numbers.has(value)) return numbers.get(value)
  throw new TypeError(`Expected no \`${mark}\` with ${JSON.stringify(value)}`)
}

function entriesOf(records: unknown): (readonly [string, unknown])[] {
  if (!Array.isArray(records)) throw new TypeError('Expected `$records` to be a list')
  return records.map((entry: unknown) => {
    const [key, record] = Array.isArray(entry) ? entry : []
    if (typeof key !== 'string') throw new TypeError('Expected a record to be [key, record]')
    return [key, decode(record)]
  })
}
