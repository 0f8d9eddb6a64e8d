/** Tells the quantiles of what was measured in the last seconds, at a cost that does not grow. */

export interface RecentDurations {
  add(durationMs: number): void
  /** Null where nothing was measured lately. */
  quantiles(): { readonly medianMs: number | null; readonly p99Ms: number | null }
}

/** Of several hundred a second the newest are enough. */
const kept = 1024

/** @param windowMs how long a duration counts */
export function createRecentDurations(monotonicMs: () => number, windowMs = 10_000): RecentDurations {
  const durations = new Float64Array(kept)
  const times = new Float64Array(kept).fill(Number.NEGATIVE_INFINITY)
  let next = 0
  return {
    add(durationMs) {
      durations[next] = durationMs
      times[next] = monotonicMs()
      next = (next + 1) % kept
    },
    quantiles() {
      const since = monotonicMs() - windowMs
      const recent = durations.filter((_, at) => (times[at] ?? 0) >= since).sort()
      const quantile = (share: number) => recent[Math.ceil(recent.length * share) - 1] ?? null
      return { medianMs: quantile(0.5), p99Ms: quantile(0.99) }
    },
  }
}
