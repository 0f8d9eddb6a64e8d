/** What a client reads. Small, and without words: it is in every game's bundle. */
import type { PostAnswer, ServerFrame } from './frames.ts'
import { isCount, isObject, type JsonObject } from './json.ts'

/** What each frame must hold; a frame of a later protocol may hold more. */
const kinds: Readonly<Record<string, (frame: JsonObject) => boolean>> = {
  welcome: ({ ack, window, maxBatchBytes, totals }) =>
    isCount(ack) && isCount(window, 1) && isCount(maxBatchBytes, 1) && isTotals(totals),
  ack: ({ seq, totals }) => isCount(seq) && isTotals(totals),
  slow: ({ retryAfterMs }) => isCount(retryAfterMs),
  beat: () => true,
}

/** Reads one frame of the collector. Never throws: what it can't read is nothing, which a client passes over. */
export function decodeServerFrame(text: string): ServerFrame | undefined {
  const frame = parseObject(text)
  return frame && Object.hasOwn(kinds, `${frame.t}`) && kinds[`${frame.t}`]?.(frame)
    ? (frame as unknown as ServerFrame)
    : undefined
}

/** Reads the answer to `POST /telemetry`, or nothing. */
export function decodePostAnswer(text: string): PostAnswer | undefined {
  const answer = parseObject(text)
  return answer && isCount(answer.ack) && isTotals(answer.totals) ? (answer as unknown as PostAnswer) : undefined
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isTotals = (value: unknown): boolean => isObject(value) && isCounts(value.dropped) && isCounts(value.rejected)

const isCounts = (value: unknown): boolean => isObject(value) && Object.values(value).every((count) => isCount(count))
