/** Frames to text. Batches are put together from events that are JSON already, so none is encoded twice. */
import type { Batch, ClientFrame, Hello, ServerFrame } from './frames.ts'

export const encodeFrame = (frame: ClientFrame | ServerFrame): string => JSON.stringify(frame)

/**
 * @param elements each the JSON of a wire event or drop
 */
export function encodeBatch(head: Omit<Batch, 'events'>, elements: readonly string[]): string {
  return `{"t":"batch",${batchFields(head, elements)}}`
}

/** The one body of an exit flush: hello and batch in one object. */
export function encodePost(hello: Hello, head: Omit<Batch, 'events'>, elements: readonly string[]): string {
  return `${JSON.stringify(hello).slice(0, -1)},${batchFields(head, elements)}}`
}

const batchFields = (head: Omit<Batch, 'events'>, elements: readonly string[]): string =>
  `"seq":${head.seq},"pushed":${head.pushed},"events":[${elements.join(',')}]${head.end ? ',"end":true' : ''}`
