/** Plain JSON data, and a frozen copy of whatever should become it. */
import { freezeDeep } from './freeze.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Deeper than any honest payload; a cycle ends here too. */
const maxDepth = 64

/**
 * Copies a value as `JSON.stringify` would write it, so that a round trip through text changes nothing: undefined,
 * functions and symbols are left out, numbers that JSON lacks become null, dates become text. Unlike it, a BigInt
 * becomes text, and what lies deeper than 64 levels becomes null. The copy is frozen. What is frozen already is copied
 * all the same: a freeze is no promise of JSON.
 */
export const copyJson = (value: unknown): Json => freezeDeep(copy(value, maxDepth) ?? null)

function copy(value: unknown, depth: number): Json | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      // JSON has no -0 either.
      return Number.isFinite(value) ? value + 0 : null
    case 'bigint':
      return `${value}`
    case 'object':
      return value === null || depth === 0 ? null : copyObject(value, depth - 1)
    default:
      return undefined
  }
}

function copyObject(value: object, depth: number): Json | undefined {
  if (Array.isArray(value)) return Array.from(value, (item) => copy(item, depth) ?? null)
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), depth)
  const result: Record<string, Json> = {}
  for (const key of Object.keys(value)) {
    const field = copy((value as Record<string, unknown>)[key], depth)
    if (field !== undefined) setField(result, key, field)
  }
  return result
}

/** Assigning to `__proto__` would set the prototype; here it is a key like any other. */
export function setField<Value>(target: Record<string, Value>, key: string, value: Value): void {
  if (key !== '__proto__') target[key] = value
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}
