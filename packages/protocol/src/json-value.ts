/** Copies any value into what JSON holds, and says in text what it can't: for exports, where nothing may be lost or throw. */
import { messageOf } from './describe.ts'
import { toJsonValue } from './encode.ts'

/** Deeper than any state should be; beyond it a stack could overflow. */
const defaultMaxDepth = 200

/** Half of a character: no UTF-8 can hold it, and many readers refuse a file for it. */
const loneSurrogate = /[\uD800-\uDFFF]/gu

/** Replaces each half of a character by U+FFFD, as an encoder would. */
export const wellFormed = (text: string): string => text.replace(loneSurrogate, '\uFFFD')

/**
 * Makes of a value, by the rule of `toJsonValue`, what JSON can say without losing anything; text stands for what is
 * circular, too deep or throws. Never throws.
 *
 * @param maxDepth of nested arrays and objects; what lies deeper becomes `[too deep]`
 * @returns the value itself where nothing in it has to change
 */
export const jsonValue = (value: unknown, maxDepth: number = defaultMaxDepth): unknown => convert(value, [], maxDepth)

/** @param above the objects that the value lies in */
function convert(value: unknown, above: unknown[], maxDepth: number): unknown {
  if (typeof value !== 'object' || !value) return toJsonValue(value)
  if (above.includes(value)) return '[circular]'
  if (above.length >= maxDepth) return '[too deep]'
  above.push(value)
  try {
    return convertObject(value as Source, above, maxDepth)
  } catch (error) {
    return `[unreadable: ${messageOf(error)}]`
  } finally {
    above.pop()
  }
}

interface Source {
  [key: string]: unknown
}

/** Copies only where something has to change, for most values are plain. */
function convertObject(value: Source, above: unknown[], maxDepth: number): unknown {
  if (typeof value.toJSON === 'function') {
    const json: unknown = value.toJSON()
    if (json !== value) return convert(json, above, maxDepth)
  }
  const source = toJsonValue(value) as Source
  let copy: Source | undefined
  for (const key of Object.keys(source)) {
    const item = source[key]
    const converted = convert(item, above, maxDepth)
    if (converted === item) continue
    copy ??= (Array.isArray(source) ? [...source] : { ...source }) as Source
    copy[key] = converted
  }
  return copy ?? source
}
