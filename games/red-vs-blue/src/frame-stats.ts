/** Measures how smoothly the game runs: the times of frames, summed up once a second. */

/** The telemetry event `frame_stats`, but for what is on the field. All times in milliseconds. */
export interface FrameStats {
  readonly fps: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly worstMs: number
}

export interface FrameMeter {
  /** Takes the time since the frame before; returns the sums as soon as a period is full. */
  add(frameMs: number): FrameStats | undefined
  /** Forgets the period that has begun: after a pause it would say nothing. */
  clear(): void
}

/** @param periodMs of frames that are summed up */
export function createFrameMeter(periodMs = 1000): FrameMeter {
  let times: number[] = []
  let totalMs = 0

  const clear = (): void => {
    times = []
    totalMs = 0
  }
  return {
    clear,
    add(frameMs) {
      times.push(frameMs)
      totalMs += frameMs
      if (totalMs < periodMs) return undefined
      const sorted = times.sort((a, b) => a - b)
      const stats: FrameStats = {
        fps: toHundredths((sorted.length * 1000) / totalMs),
        p50Ms: percentile(sorted, 0.5),
        p95Ms: percentile(sorted, 0.95),
        p99Ms: percentile(sorted, 0.99),
        worstMs: percentile(sorted, 1),
      }
      clear()
      return stats
    },
  }
}

/** The nearest-rank percentile: the least time that `share` of the frames did not exceed. */
const percentile = (sorted: readonly number[], share: number): number =>
  toHundredths(sorted[Math.ceil(share * sorted.length) - 1] ?? 0)

const toHundredths = (value: number): number => Math.round(value * 100) / 100
