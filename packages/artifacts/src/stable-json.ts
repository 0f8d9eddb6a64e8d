/** JSON that is the same for the same data: keys in order, and no value lost without a trace. */

/** Deeper than any state should be; beyond it a stack could overflow. */
const maxDepth = 200

/** Half of a character: no UTF-8 can hold it, and many readers refuse a file for it. */
const loneSurrogate = /[\uD800-\uDFFF]/gu

/** Replaces each half of a character by U+FFFD, as an encoder would. */
export const wellFormed = (text: string): string => text.replace(loneSurrogate, '\uFFFD')

export interface StableJsonOptions {
  /** Keys of the outermost object that come before the sorted ones. */
  readonly first?: readonly string[]
  /** Spaces a level; without it everything stands on one line. */
  readonly indent?: number
}

/**
 * Keys are sorted at every level; `undefined` is left out, as JSON does. What JSON can't say is said in text:
 * a bigint in its digits, `NaN` and `Infinity` by name, `[circular]`, `[function]`. Maps become lists of pairs,
 * sets and typed arrays become lists. `__proto__` is a key like any other. Never throws.
 */
export function stableJson(value: unknown, { first = [], indent }: StableJsonOptions = {}): string {
  return JSON.stringify(plain(value, new Set(), first) ?? null, undefined, indent)
}

/** A copy that JSON can hold exactly. */
function plain(value: unknown, above: Set<object>, first: readonly string[] = []): unknown {
  switch (typeof value) {
    case 'string':
      return wellFormed(value)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return String(value)
    case 'function':
    case 'symbol':
      return `[${typeof value}]`
    case 'object':
      return value === null ? null : plainObject(value, above, first)
    default:
      return value
  }
}

function plainObject(value: object, above: Set<object>, first: readonly string[]): unknown {
  if (above.has(value)) return '[circular]'
  if (above.size >= maxDepth) return '[too deep]'
  above.add(value)
  try {
    if ('toJSON' in value && typeof value.toJSON === 'function') return plain(value.toJSON(), above)
    const list = listIn(value)
    // A hole in a list is a place, so here `undefined` becomes null, as in JSON.
    if (list) return Array.from(list, (item) => plain(item, above) ?? null)
    return plainRecord(value as Record<string, unknown>, above, first)
  } catch (error) {
    return `[unreadable: ${error instanceof Error ? error.message : 'it threw'}]`
  } finally {
    above.delete(value)
  }
}

function listIn(value: object): Iterable<unknown> | undefined {
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return value
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? (value as Uint8Array) : undefined
}

function plainRecord(value: Record<string, unknown>, above: Set<object>, first: readonly string[]): object {
  // Without a prototype, `__proto__` is an ordinary key.
  const copy: Record<string, unknown> = Object.create(null)
  const keys = Object.keys(value).sort()
  for (const key of first.length === 0
    ? keys
    : new Set([...first.filter((key) => Object.hasOwn(value, key)), ...keys])) {
    const item = plain(value[key], above)
    if (item !== undefined) copy[wellFormed(key)] = item
  }
  return copy
}
