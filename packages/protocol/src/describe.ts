/** Describes in messages what came from outside: what was thrown, and what kind of value it is. Never throws. */

/** The message of whatever was thrown; its text where it has none. */
export function messageOf(error: unknown): string {
  try {
    const { message } = Object(error) as { readonly message?: unknown }
    return typeof message === 'string' && message !== '' ? message : String(error)
  } catch {
    return 'something that has no text was thrown'
  }
}

/**
 * The kind of a value: what `typeof` says, but `null`, `array`, and the class of an object that is not plain.
 *
 * @example kindOf(new Map()) // 'Map'
 */
export function kindOf(value: unknown): string {
  if (typeof value !== 'object') return typeof value
  if (value === null) return 'null'
  try {
    // Of the prototype: a field that is called `constructor` is data.
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
    if (typeof name === 'string' && !['', 'Object', 'Array'].includes(name)) return name
    return Array.isArray(value) ? 'array' : 'object'
  } catch {
    return 'object'
  }
}

/** A value as it was given, where it is short to tell: text in quotes, numbers, true, false; of all else its kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return ['number', 'bigint', 'boolean', 'symbol'].includes(typeof value) ? String(value) : kindOf(value)
}
