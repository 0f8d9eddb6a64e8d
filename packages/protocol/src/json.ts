/** Reads JSON from outside, without ever throwing. */

/** Outside input that could not be taken, as a value. */
export interface FrameError {
  readonly code: FrameErrorCode
  /** What was expected, and what came. */
  readonly message: string
}

export type FrameErrorCode = 'bad_json' | 'bad_frame' | 'unknown_frame' | 'too_large'

export type Decoded<Value, Failure = FrameError> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Failure }

export const decoded = <Value>(value: Value): { readonly ok: true; readonly value: Value } => ({ ok: true, value })

export const refused = <Code extends string>(
  code: Code,
  message: string,
): { readonly ok: false; readonly error: { readonly code: Code; readonly message: string } } => ({
  ok: false,
  error: { code, message },
})

export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A whole number from `min` up that a double holds exactly. */
export const isCount = (value: unknown, min = 0): value is number =>
  Number.isSafeInteger(value) && (value as number) >= min

/** Milliseconds since 1970 that JavaScript's dates and the database both hold (ECMA-262, Time Values). */
export const isTime = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= 8.64e15

/** Text that a database keeps as it is. */
export const isWellFormedText = (value: unknown): value is string =>
  typeof value === 'string' && !unstorable.test(value)

/** With the `u` flag a class of surrogates matches lone ones only. A NUL would end the text in the database. */
const unstorable = /[\ud800-\udfff\0]/u

export function parseJson(text: string): Decoded<unknown> {
  try {
    return decoded(JSON.parse(text))
  } catch {
    return refused('bad_json', `Expected JSON, got ${excerptOfText(text)}`)
  }
}

/**
 * The start of a value, short enough for a message, as JSON: the text "5" is not the number 5, and an empty one is seen.
 * Never throws: it is written no further than it is shown, for all of what is nested deeply takes its depth squared, or the stack.
 */
export const excerpt = (value: unknown): string => shorten(startOf(value, maxExcerpt + 1))

function startOf(value: unknown, length: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, length))
  if (typeof value !== 'object' || value === null) return String(value)
  const isList = Array.isArray(value)
  let text = isList ? '[' : '{'
  for (const [key, item] of isList ? value.entries() : Object.entries(value)) {
    if (text.length > 1) text += ','
    if (!isList) text += `${JSON.stringify(`${key}`.slice(0, length))}:`
    if (text.length >= length) break
    text += startOf(item, length - text.length)
  }
  return text + (isList ? ']' : '}')
}

/** The start of a frame or body, as it came. */
export const excerptOfText = (text: string): string => shorten(text) || 'nothing'

const maxExcerpt = 40
const shorten = (text: string): string => (text.length > maxExcerpt ? `${text.slice(0, maxExcerpt)}…` : text)
