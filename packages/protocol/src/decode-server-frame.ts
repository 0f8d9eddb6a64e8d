/** Decodes what a client reads. Small, and without words: it is in every game's bundle. */
import type { AckFrame, ServerFrame, SlowFrame, Totals, WelcomeFrame } from './frames.ts'
import { isCount } from './json.ts'

/** What must be a count in each kind of frame; a frame of a later protocol may hold more. */
const countsIn: { readonly [kind: string]: (frame: never) => readonly unknown[] } = {
  welcome: ({ ack, window, maxBatchBytes, totals }: WelcomeFrame) => [ack, window, maxBatchBytes, ...countsOf(totals)],
  ack: ({ seq, totals }: AckFrame) => [seq, ...countsOf(totals)],
  slow: ({ retryAfterMs }: SlowFrame) => [retryAfterMs],
  beat: () => [],
}

const countsOf = ({ dropped, rejected }: Totals): unknown[] => [dropped, rejected].flatMap(Object.values)

/**
 * Reads one frame of the collector, or its answer to a POST. Never throws: what it can't read is nothing,
 * which a client passes over.
 */
export function decodeServerFrame(text: unknown): ServerFrame | undefined {
  try {
    // Of what is no text, its text: that of a Blob or a buffer is no JSON.
    const frame = JSON.parse(text as string)
    const counts = countsIn[frame.t]?.(frame as never)
    if (counts?.every((count) => isCount(count))) return frame
  } catch {
    // Not JSON, or not of a form that can be taken apart.
  }
  return undefined
}
