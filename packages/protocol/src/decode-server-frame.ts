/** What a client reads. Small: it is in every game's bundle. */
import type { PostAnswer, ServerFrame, Totals } from './frames.ts'
import { type Decoded, decoded, excerpt, isCount, isObject, parseJson, refused } from './json.ts'

/** Reads one frame of the collector. A frame of a later protocol is `unknown_frame`, which a client passes over. */
export function decodeServerFrame(text: string): Decoded<ServerFrame> {
  const parsed = parseJson(text)
  if (!parsed.ok) return parsed
  const frame = parsed.value
  if (!isObject(frame)) return refused('bad_frame', `Expected an object, got ${excerpt(frame)}`)
  const kind = frame.t
  const valid =
    kind === 'ack'
      ? isCount(frame.seq) && isTotals(frame.totals)
      : kind === 'welcome'
        ? isCount(frame.ack) &&
          isCount(frame.window, 1) &&
          isCount(frame.maxBatchBytes, 1) &&
          isCount(frame.beatMs, 1) &&
          isTotals(frame.totals)
        : kind === 'slow'
          ? isCount(frame.retryAfterMs)
          : kind === 'beat' || undefined
  if (valid) return decoded(frame as unknown as ServerFrame)
  return valid === undefined
    ? refused('unknown_frame', `Got frame ${excerpt(kind)}`)
    : refused('bad_frame', `Expected a whole ${excerpt(kind)} frame, got ${excerpt(text)}`)
}

/** Reads the answer to `POST /telemetry`. */
export function decodePostAnswer(text: string): Decoded<PostAnswer> {
  const parsed = parseJson(text)
  if (!parsed.ok) return parsed
  const answer = parsed.value
  return isObject(answer) && isCount(answer.ack) && isTotals(answer.totals)
    ? decoded(answer as unknown as PostAnswer)
    : refused('bad_frame', `Expected { ack, totals, rejected }, got ${excerpt(text)}`)
}

const isTotals = (value: unknown): value is Totals =>
  isObject(value) && isCounts(value.dropped) && isCounts(value.rejected)

const isCounts = (value: unknown): boolean => isObject(value) && Object.values(value).every((count) => isCount(count))
