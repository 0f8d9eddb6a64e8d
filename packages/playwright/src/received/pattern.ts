/** Compares a value with a pattern: a part of it, with `expect.any` and the like anywhere inside. */
import { isObject } from '@downlink/protocol'

export interface Difference {
  /** Empty for the whole. @example 'position.x' */
  readonly path: string
  readonly expected: unknown
  readonly received: unknown
}

/** `expect.any(String)`, `expect.objectContaining({ … })` … of Playwright, Jest or Vitest. */
export interface AsymmetricMatcher {
  asymmetricMatch(value: unknown): boolean
}

/** How a payload differs from what is wanted of it; undefined wants nothing. */
export const payloadDifferences = (pattern: unknown, data: unknown): readonly Difference[] =>
  pattern === undefined ? [] : differencesOf(pattern, data)

/** Empty where `received` fits. Objects may have more than the pattern; arrays have as many elements. */
export function differencesOf(expected: unknown, received: unknown, path = ''): readonly Difference[] {
  if (isAsymmetric(expected)) return expected.asymmetricMatch(received) ? [] : [{ path, expected, received }]
  const inside = (key: string): string =>
    Array.isArray(expected) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
  if (Array.isArray(expected) ? !isAsLong(expected, received) : !(isObject(expected) && isObject(received))) {
    return Object.is(expected, received) ? [] : [{ path, expected, received }]
  }
  return Object.entries(expected as object).flatMap(([key, value]) =>
    differencesOf(
      value,
      Object.hasOwn(received as object, key) ? Reflect.get(received as object, key) : undefined,
      inside(key),
    ),
  )
}

export function isAsymmetric(value: unknown): value is AsymmetricMatcher {
  return isObject(value) && typeof value.asymmetricMatch === 'function'
}

const isAsLong = (expected: readonly unknown[], received: unknown): boolean =>
  Array.isArray(received) && received.length === expected.length
