/** The three kinds of content, told apart, also when they come from another frame or realm. */
import type { Artifact } from './artifact.ts'

export const isBytes = (value: unknown): value is Uint8Array =>
  ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]'

export const isStream = (value: unknown): value is AsyncIterable<Uint8Array> =>
  typeof value === 'object' &&
  value !== null &&
  Symbol.asyncIterator in value &&
  typeof value[Symbol.asyncIterator] === 'function'

export const isContent = (value: unknown): value is Artifact['content'] =>
  typeof value === 'string' || isBytes(value) || isStream(value)

/** In UTF-8. */
export const byteLength = (content: string | Uint8Array): number =>
  typeof content === 'string' ? new TextEncoder().encode(content).length : content.length

/** Text as a file holds it: ended by a line break, unless there is none of it. */
export const newlineTerminated = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)
