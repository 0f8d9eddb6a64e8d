/** Wall-clock time that never goes backwards. */
import type { Environment } from './environment.ts'

/** Whole milliseconds since 1970, never less than before. */
export type Clock = () => number

const maxApartMs = 1000
const checkIntervalMs = 1000

/**
 * Runs off the monotonic clock, so that an adjusted system clock does not reorder events, and is anchored anew
 * when the two part by over a second, as they do after sleep.
 */
export function createClock({ wallMs, monotonicMs }: Pick<Environment, 'wallMs' | 'monotonicMs'>): Clock {
  // Read at the first event and not before: where there is no event yet, some platforms have no clock.
  let anchorMs = NaN
  let checkedMs = -Infinity
  let lastMs = 0
  return () => {
    const ms = monotonicMs()
    // From time to time, for comparing costs more than reading.
    if (ms - checkedMs >= checkIntervalMs) {
      checkedMs = ms
      const apartMs = wallMs() - ms
      if (!(Math.abs(apartMs - anchorMs) <= maxApartMs)) anchorMs = apartMs
    }
    lastMs = Math.max(lastMs, Math.floor(anchorMs + ms))
    return lastMs
  }
}
