/** Checks one event from outside against the wire's limits, before any schema does. */
import type { ReceivedElement } from './element.ts'
import { utf8Length } from './encode.ts'
import type { RejectionCode, WireEvent } from './event.ts'
import { type Decoded, decoded, excerpt, isCount, isObject, isTime, isWellFormedText, refused } from './json.ts'
import type { JsonSlice } from './json-scanner.ts'
import { protocolDefaults } from './limits.ts'

export interface EventLimits {
  /** Bytes of an event's data, as JSON in UTF-8, whole, from 1. @default 65536 */
  readonly maxEventBytes: number
  /** Arrays and objects of the data that lie in each other, whole, from 1. @default 32 */
  readonly maxDepth: number
  /** Keys of one object of the data, whole, from 1. @default 256 */
  readonly maxKeys: number
  /** UTF-16 units of the type's name, whole, from 1. @default 128 */
  readonly maxTypeLength: number
}

export interface EventFault {
  readonly code: RejectionCode
  readonly message: string
}

/** An event within the limits. It holds no parsed data: many wait for their commit, and what is stored is the text. */
export interface CheckedEvent extends Omit<WireEvent, 'data'> {
  /** The JSON text of its data, as it came. */
  readonly json: string
}

/**
 * Checks an element of a batch that is not a drop. Never throws, however the value is nested.
 *
 * @param fallbackTimestamp for plain events, which may carry none
 */
export function checkEvent(
  { value, keys, data: slice }: ReceivedElement,
  limits: EventLimits = protocolDefaults,
  fallbackTimestamp?: number,
): Decoded<CheckedEvent, EventFault> {
  if (!isObject(value)) return refused('bad_event', `Expected an object, got ${excerpt(value)}`)
  const { type, timestamp = fallbackTimestamp, data, version } = value
  if (typeof type !== 'string' || type === '' || type.length > limits.maxTypeLength) {
    return refused('bad_event', `Expected "type" to be 1 to ${limits.maxTypeLength} characters, got ${excerpt(type)}`)
  }
  if (!isWellFormedText(type)) {
    return refused('bad_text', 'Expected "type" to be well-formed text, got a lone surrogate or a NUL')
  }
  if (!isTime(timestamp)) {
    return refused('bad_timestamp', `Expected "timestamp" to be milliseconds since 1970, got ${excerpt(timestamp)}`)
  }
  if (version !== undefined && !(isCount(version, 1) && version <= 0x7fffffff)) {
    return refused('bad_event', `Expected "version" to be a whole number from 1 up, got ${excerpt(version)}`)
  }
  if (countOwnKeys(value) !== keys) return { ok: false, error: duplicateKey }
  const fault = slice && jsonFault(data, slice, limits)
  if (fault) return { ok: false, error: fault }
  const json = slice?.text ?? 'null'
  return decoded(
    version === undefined ? { type, timestamp, json } : { type, timestamp, version: version as number, json },
  )
}

/**
 * What keeps a JSON text from being stored. Its value was judged, so the text must say the same to every reader:
 * of a key that is there twice, JavaScript takes the last and the database the first.
 */
export function jsonFault(value: unknown, { text, keys }: JsonSlice, limits: EventLimits): EventFault | undefined {
  const counted = countKeys(value, limits, limits.maxDepth)
  if (typeof counted !== 'number') return counted
  if (counted !== keys) return duplicateKey
  // A UTF-16 unit is at most 3 bytes, so most events need no count.
  return text.length * 3 > limits.maxEventBytes && utf8Length(text) > limits.maxEventBytes
    ? fault('too_large', `Expected data of at most ${limits.maxEventBytes} bytes, got ${utf8Length(text)}`)
    : undefined
}

/** Keys of all objects in the value, or what is wrong with it. Recursion is bounded by `depthLeft`, not by the input. */
function countKeys(value: unknown, limits: EventLimits, depthLeft: number): number | EventFault {
  if (typeof value === 'string') {
    return isWellFormed(value) ? 0 : fault('bad_text', 'Expected well-formed text, got a lone surrogate')
  }
  if (typeof value === 'number') {
    // JSON.parse reads 1e999 as Infinity; the database would find no number at all.
    return Number.isFinite(value) ? 0 : fault('bad_number', 'Expected a number that a double can hold')
  }
  if (typeof value !== 'object' || value === null) return 0
  if (depthLeft === 0) return fault('too_deep', `Expected at most ${limits.maxDepth} levels of nesting`)
  let keys = 0
  if (Array.isArray(value)) {
    for (const item of value) {
      const counted = countKeys(item, limits, depthLeft - 1)
      if (typeof counted !== 'number') return counted
      keys += counted
    }
    return keys
  }
  let own = 0
  for (const key in value) {
    if (++own > limits.maxKeys) return fault('too_many_keys', `Expected at most ${limits.maxKeys} keys in an object`)
    if (!isWellFormed(key)) return fault('bad_text', 'Expected well-formed keys, got a lone surrogate')
    const counted = countKeys((value as Record<string, unknown>)[key], limits, depthLeft - 1)
    if (typeof counted !== 'number') return counted
    keys += counted
  }
  return keys + own
}

/** What `JSON.parse` makes inherits nothing, and a list of the keys would be made for each event. */
function countOwnKeys(value: object): number {
  let keys = 0
  for (const _key in value) keys++
  return keys
}

const fault = (code: RejectionCode, message: string): EventFault => ({ code, message })

const duplicateKey = fault('duplicate_key', 'Expected each key of an object once, got one of them twice')

// `isWellFormed` is in Node 20 and every current browser, but not yet in TypeScript's es2023 library.
const isWellFormed = (text: string): boolean => (text as unknown as { isWellFormed(): boolean }).isWellFormed()
