/** Frames to text. Batches are put together from events that are JSON already, so none is encoded twice. */
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
): string => `${JSON.stringify(head).slice(0, -1)},"events":[${elements}]}`

type WithoutEvents<Of extends Batch> = Omit<Of, 'events'>
