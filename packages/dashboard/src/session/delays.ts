/** Tells from when events came how the link was: a client sends at least once a second while it is up. */
import type { EventColumns } from './event-columns.ts'

/** Of events that came late: the link was down, or slow. */
export interface Delay {
  /** Of the first and the last such event. */
  readonly from: number
  readonly to: number
  /** Of the one that waited longest. */
  readonly longestMs: number
}

/** A second of collecting, and time enough for a slow network. */
const promptMs = 5000

export function delaysOf({ times, length }: EventColumns): readonly Delay[] {
  const delays: Delay[] = []
  let from = -1
  let longestMs = 0
  for (let place = 0; place <= length; place++) {
    const delayMs = place < length ? (times.received[place] ?? 0) - (times.corrected[place] ?? 0) : 0
    if (delayMs > promptMs) {
      if (from < 0) from = place
      longestMs = Math.max(longestMs, delayMs)
    } else if (from >= 0) {
      delays.push({ from, to: place - 1, longestMs })
      from = -1
      longestMs = 0
    }
  }
  return delays
}
