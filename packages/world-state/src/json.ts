/** Makes plain JSON data, frozen, of whatever should become it, and text of times. */
import { jsonValue } from '@downlink/protocol'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Deeper than any honest payload. */
const maxDepth = 64

/**
 * Copies a value as JSON has it, so that a round trip through text changes nothing. What a value becomes is the rule of
 * `jsonValue` in `@downlink/protocol`, the same as for the events that a game sends. The copy is frozen. What is frozen
 * already is copied all the same: a freeze is no promise of JSON.
 */
export const copyJson = (value: unknown): Json => freezeDeep(copy(jsonValue(value, maxDepth)) ?? null)

/** Undefined for what JSON leaves out. */
function copy(value: unknown): Json | undefined {
  if (typeof value === 'object' && value !== null) return copyObject(value)
  // JSON has no -0.
  if (typeof value === 'number') return value + 0
  return value === null || typeof value === 'string' || typeof value === 'boolean' ? value : undefined
}

function copyObject(value: object): Json {
  if (Array.isArray(value)) return Array.from(value, (item) => copy(item) ?? null)
  const result: Record<string, Json> = {}
  for (const key of Object.keys(value)) {
    const field = copy((value as Record<string, unknown>)[key])
    if (field !== undefined) setField(result, key, field)
  }
  return result
}

/** Assigning to `__proto__` would set the prototype; here it is a key like any other. */
export function setField<Value>(target: Record<string, Value>, key: string, value: Value): void {
  if (key !== '__proto__') target[key] = value
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}

/**
 * Freezes a value and all within it. Stops at what is frozen already, so a new version of a state costs as much as
 * there is new in it.
 */
export function freezeDeep<Value>(value: Value): Value {
  if (isLoose(value)) freezeObject(value)
  return value
}

function freezeObject(value: object): void {
  Object.freeze(value)
  for (const field of Object.values(value)) if (isLoose(field)) freezeObject(field)
}

const isLoose = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Object.isFrozen(value)

/** ISO 8601 of milliseconds since 1970; empty where there is no time, or none that a date can hold. */
export function isoTime(ms: number | null): string {
  const date = new Date(ms ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}
