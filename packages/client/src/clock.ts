/** Stamps events: wall-clock time that never goes backwards. */
import type { Environment } from './ports.ts'

/** Whole milliseconds since 1970, never less than before. */
export type Clock = () => number

const maxApartMs = 1000
const checkIntervalMs = 1000

/**
 * Runs off the monotonic clock. It is anchored anew where the wall clock is ahead by over a second, as it is after sleep;
 * where that was set back it runs on as before, so that the time between two events stays what it was. The hello tells the
 * collector this clock, not the wall's, and so its times are corrected all the same.
 */
export function createClock(environment: Pick<Environment, 'wallMs' | 'monotonicMs'>): Clock {
  // Read at the first event and not before: where there is no event yet, some platforms have no clock.
  let anchorMs = -Infinity
  let checkedMs = -Infinity
  let lastMs = 0
  return () => {
    const ms = environment.monotonicMs()
    // From time to time, for comparing costs more than reading.
    if (ms - checkedMs >= checkIntervalMs) {
      checkedMs = ms
      const apartMs = environment.wallMs() - ms
      if (apartMs - anchorMs > maxApartMs) anchorMs = apartMs
    }
    // Where there is no monotonic clock the wall's stands in for it, and that may go back.
    lastMs = Math.max(lastMs, Math.floor(anchorMs + ms))
    return lastMs
  }
}
