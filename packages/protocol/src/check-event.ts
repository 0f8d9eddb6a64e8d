/** Judges one event from outside against the wire's limits, before any schema does. */
import type { WireEvent } from './frames.ts'
import { type Decoded, decoded, excerpt, isCount, isObject, isTime, refused, utf8Length } from './json.ts'
import { protocolDefaults } from './limits.ts'

/** Why a collector rejected an event. The first seven are the wire's; the rest are the collector's. */
export const rejectionCodes = [
  'bad_event',
  'bad_text',
  'bad_number',
  'too_deep',
  'too_many_keys',
  'too_large',
  'bad_timestamp',
  'unknown_type',
  'invalid_payload',
  'unstorable',
] as const

export type RejectionCode = (typeof rejectionCodes)[number]

export interface EventLimits {
  /** @default 65536 */
  readonly maxEventBytes: number
  /** @default 32 */
  readonly maxDepth: number
  /** @default 256 */
  readonly maxKeys: number
  /** @default 128 */
  readonly maxTypeLength: number
}

export interface EventFault {
  readonly code: RejectionCode
  readonly message: string
}

/** An event within the limits, with its data as the JSON text to store. */
export interface CheckedEvent extends WireEvent {
  readonly json: string
}

/**
 * Checks an element of a batch that is not a drop. Never throws, however the value is nested.
 *
 * @param fallbackTimestamp for plain events, which may carry none
 */
export function checkEvent(
  element: unknown,
  limits: EventLimits = protocolDefaults,
  fallbackTimestamp?: number,
): Decoded<CheckedEvent, EventFault> {
  if (!isObject(element)) return refused('bad_event', `Expected an object, got ${excerpt(element)}`)
  const { type, timestamp = fallbackTimestamp, data, version } = element
  if (typeof type !== 'string' || type === '' || type.length > limits.maxTypeLength) {
    return refused('bad_event', `Expected "type" to be 1 to ${limits.maxTypeLength} characters, got ${excerpt(type)}`)
  }
  if (!isWellFormed(type) || type.includes('\0')) {
    return refused('bad_text', 'Expected "type" to be well-formed text, got a lone surrogate or a NUL')
  }
  if (!isTime(timestamp)) {
    return refused('bad_timestamp', `Expected "timestamp" to be milliseconds since 1970, got ${excerpt(timestamp)}`)
  }
  if (version !== undefined && !(isCount(version, 1) && version <= 0x7fffffff)) {
    return refused('bad_event', `Expected "version" to be a whole number from 1 up, got ${excerpt(version)}`)
  }
  const fault = dataFault(data, limits, limits.maxDepth)
  if (fault) return refused(fault.code, fault.message)
  const json = data === undefined ? 'null' : JSON.stringify(data)
  // A UTF-16 unit is at most 3 bytes, so most events need no count.
  if (json.length * 3 > limits.maxEventBytes && utf8Length(json) > limits.maxEventBytes) {
    return refused('too_large', `Expected data of at most ${limits.maxEventBytes} bytes, got ${utf8Length(json)}`)
  }
  return decoded(
    version === undefined
      ? { type, timestamp, data, json }
      : { type, timestamp, data, version: version as number, json },
  )
}

/** Recursion is bounded by `depthLeft`, not by the input. */
function dataFault(value: unknown, limits: EventLimits, depthLeft: number): EventFault | undefined {
  if (typeof value === 'string') {
    return isWellFormed(value) ? undefined : fault('bad_text', 'Expected well-formed text, got a lone surrogate')
  }
  if (typeof value === 'number') {
    // JSON.parse reads 1e999 as Infinity, which would be stored as null.
    return Number.isFinite(value) ? undefined : fault('bad_number', 'Expected a number that a double can hold')
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (depthLeft === 0) return fault('too_deep', `Expected at most ${limits.maxDepth} levels of nesting`)
  if (Array.isArray(value)) {
    for (const item of value) {
      const found = dataFault(item, limits, depthLeft - 1)
      if (found) return found
    }
    return undefined
  }
  let keys = 0
  for (const key in value) {
    if (++keys > limits.maxKeys) return fault('too_many_keys', `Expected at most ${limits.maxKeys} keys in an object`)
    if (!isWellFormed(key)) return fault('bad_text', 'Expected well-formed keys, got a lone surrogate')
    const found = dataFault((value as Record<string, unknown>)[key], limits, depthLeft - 1)
    if (found) return found
  }
  return undefined
}

const fault = (code: RejectionCode, message: string): EventFault => ({ code, message })

// `isWellFormed` is in Node 20 and every current browser, but not yet in TypeScript's es2023 library.
const isWellFormed = (text: string): boolean => (text as unknown as { isWellFormed(): boolean }).isWellFormed()
