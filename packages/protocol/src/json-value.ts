/** Encodes any value as JSON: one rule for what a game sends and for what it exports. */

/** Deeper than any state should be; beyond it a stack could overflow. */
const defaultMaxDepth = 200

/** Half of a character: no UTF-8 can hold it, and many readers refuse a file for it. */
const loneSurrogate = /[\uD800-\uDFFF]/gu

/** An escape sequence of JSON; the first group is there where it is half a character (ECMA-262, QuoteJSONString). */
const escapeSequence = /\\(?:(ud[89a-f]..)|.)/g

/** Replaces each half of a character by U+FFFD, as an encoder would. */
export const wellFormed = (text: string): string => text.replace(loneSurrogate, '\uFFFD')

/**
 * The JSON of `jsonValue(value)`, without a half character in it. Undefined where JSON leaves the value out.
 *
 * @param indent spaces a level; without it everything stands on one line
 */
export function encodeJson(value: unknown, maxDepth?: number, maxValues?: number, indent?: number): string | undefined {
  const text = JSON.stringify(jsonValue(value, maxDepth, maxValues), undefined, indent) as string | undefined
  // Looked for first, since a replacement takes ten times as long.
  return text?.includes('\\ud') ? text.replace(escapeSequence, (all, half) => (half ? '\uFFFD' : all)) : text
}

/**
 * Makes of a value what JSON can say without losing anything: of a Map a list of pairs, of a Set or a typed array a
 * list, of an Error its fields; `NaN` and `Infinity` go by name and a bigint by its digits, and text stands for what is
 * circular, too deep or throws. All else is JSON's own rule: `toJSON` is called, and `undefined`, functions and symbols
 * are left out.
 *
 * @param maxDepth of nested arrays and objects; what lies deeper becomes `[too deep]`
 * @param maxValues in all; it ends the walk through a scene whose parts know each other
 * @returns the value itself where nothing in it has to change
 * @throws {RangeError} where there are more than `maxValues`
 */
export function jsonValue(value: unknown, maxDepth: number = defaultMaxDepth, maxValues: number = Infinity): unknown {
  let valuesLeft = maxValues

  const convert = (value: unknown, above: readonly unknown[]): unknown => {
    if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return `${value}`
    if (typeof value !== 'object' || !value) return value
    if (above.includes(value)) return '[circular]'
    if (above.length >= maxDepth) return '[too deep]'
    try {
      return convertObject(value as Source, [...above, value])
    } catch (error) {
      if (valuesLeft < 0) throw error
      return `[unreadable: ${(error as Error | undefined)?.message ?? 'it threw'}]`
    }
  }

  // Copies only where something has to change, for most events are plain.
  const convertObject = (value: Source, path: readonly unknown[]): unknown => {
    const json = typeof value.toJSON === 'function' ? value.toJSON() : value
    if (json !== value) return convert(json, path)
    const source = fieldsOf(value)
    let copy: Source | undefined
    for (const key of Object.keys(source)) {
      if (--valuesLeft < 0) throw new RangeError('Expected fewer values')
      const item = source[key]
      const converted = convert(item, path)
      if (converted === item) continue
      copy ??= (Array.isArray(source) ? [...source] : { ...source }) as Source
      copy[key] = converted
    }
    return copy ?? source
  }
  return convert(value, [])
}

interface Source {
  [key: string]: unknown
}

/** What JSON would not see: the items of a collection, the fields of an Error. */
function fieldsOf(value: Source): Source {
  if (value instanceof Error) {
    const { name, message, stack, cause, errors }: Source = value
    return { name, message, stack, cause, errors, ...(value as Source) }
  }
  const isList = value instanceof Map || value instanceof Set || (ArrayBuffer.isView(value) && Symbol.iterator in value)
  return isList ? ([...(value as unknown as Iterable<unknown>)] as unknown as Source) : value
}
