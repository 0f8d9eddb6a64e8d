/**
 * Encodes what is sent: values by the one rule of what they become in JSON, which exports follow, too; frames; and batches, which
 * are put together from events that are JSON already, so that none is encoded twice.
 */
import type { Batch, BatchFrame, ClientFrame, Post, ServerFrame } from './frames.ts'

export const encodeFrame = (frame: ClientFrame | ServerFrame): string => JSON.stringify(frame)

/**
 * A batch frame, or the body of a post.
 *
 * @param head all of it but the events
 * @param elements each the JSON of a wire event or drop
 */
export const encodeBatch = (
  head: WithoutEvents<BatchFrame> | WithoutEvents<Post>,
  elements: readonly string[],
): string => `${encodeJson(head).slice(0, -1)},"events":[${elements}]}`

type WithoutEvents<Of extends Batch> = Omit<Of, 'events'>

/**
 * What JSON would empty or refuse, as something that it holds: of a Map a list of pairs, of a Set or a typed array a list,
 * of an Error its fields; `NaN` and `Infinity` go by name, a bigint by its digits. All else is JSON's own rule. It looks
 * at the value alone, not at what lies in it.
 */
export function toJsonValue(value: unknown): unknown {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return `${value}`
  if (value instanceof Error) {
    const { name, message, stack, cause, errors }: Error & { readonly errors?: unknown } = value
    return Object.assign({ name, message, stack, cause, errors }, value)
  }
  const isList = value instanceof Map || value instanceof Set || (ArrayBuffer.isView(value) && 'length' in value)
  return isList ? [...(value as Iterable<unknown>)] : value
}

/** An escape sequence of JSON; the first group is there where it is half a character (ECMA-262, QuoteJSONString). */
const escapeSequence = /\\(?:(ud[89a-f]..)|.)/g

/** Replaces each half of a character in a JSON text by U+FFFD: no UTF-8 can hold it, and readers refuse a file for it. */
export const wellFormedJson = (json: string): string =>
  // Looked for first, since a replacement takes ten times as long.
  json.includes('\\ud') ? json.replace(escapeSequence, (all, half) => (half ? '\uFFFD' : all)) : json

/**
 * Encodes an event by the rule. Undefined where JSON leaves the value out, which it does with no plain object.
 *
 * @throws {Error} where the value is circular, or a getter or `toJSON` of it throws
 */
export function encodeJson(value: object): string
export function encodeJson(value: unknown): string | undefined
export function encodeJson(value: unknown): string | undefined {
  const json = JSON.stringify(value, (_, item) => toJsonValue(item)) as string | undefined
  return json && wellFormedJson(json)
}

/** Bytes of `text` in UTF-8; a lone surrogate counts 3, as its replacement would. */
export const utf8Length = (text?: string): number => new TextEncoder().encode(text).length

// In Node and every browser, but not in the language's own library.
declare class TextEncoder {
  encode(text?: string): Uint8Array
}
