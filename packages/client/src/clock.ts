/** Wall-clock time that never goes backwards. */

export interface ClockSource {
  /** Milliseconds since 1970; may jump. */
  readonly wallMs: () => number
  /** Milliseconds since any moment; never jumps, but may stand still while the machine sleeps. */
  readonly monotonicMs: () => number
}

export interface Clock {
  /** Whole milliseconds since 1970, never less than before. */
  now(): number
  /** Anchors anew where the two clocks have parted: called from time to time, for comparing costs more than reading. */
  check(): void
}

const maxApartMs = 1000
const readsBetweenChecks = 64

/**
 * Runs off the monotonic clock, so that an adjusted system clock does not reorder events, and is anchored anew
 * when the two part by over a second, as they do after sleep.
 */
export function createClock({ wallMs, monotonicMs }: ClockSource): Clock {
  let anchorMs = wallMs() - monotonicMs()
  let lastMs = 0
  let reads = 0
  const check = (): void => {
    const apart = wallMs() - monotonicMs()
    if (Math.abs(apart - anchorMs) > maxApartMs) anchorMs = apart
  }
  return {
    check,
    now() {
      if (++reads % readsBetweenChecks === 0) check()
      const ms = Math.floor(anchorMs + monotonicMs())
      if (ms > lastMs) lastMs = ms
      return lastMs
    },
  }
}
