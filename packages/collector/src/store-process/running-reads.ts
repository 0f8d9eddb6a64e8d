/** The reads that a store process has under way: which of them is over its time, and which were there when it ended. */
import type { WatchedRead } from './messages.ts'

export interface RunningReads {
  began(read: WatchedRead): void
  ended(id: number): void
  all(): readonly WatchedRead[]
  /** Those that should have ended a while ago, by themselves or interrupted. */
  overdue(): readonly WatchedRead[]
  /**
   * The process has ended, and these are to blame: their texts are remembered. None runs any more.
   *
   * @returns the requests that they were to answer
   */
  blame(culprits: readonly WatchedRead[]): ReadonlySet<string>
  /** Texts of queries that ended the process twice: for a minute they are refused. */
  banned(): readonly string[]
}

/** How long after its time limit a read that could not be interrupted is endured. */
const graceMs = 2000
const banMs = 60_000
const deathsToBan = 2

/** @param now a monotonic clock, in ms */
export function createRunningReads(now: () => number): RunningReads {
  const running = new Map<number, { readonly read: WatchedRead; readonly endsAtMs: number }>()
  const deaths = new Map<string, { readonly count: number; readonly atMs: number }>()

  return {
    began(read) {
      running.set(read.id, { read, endsAtMs: now() + read.timeLimitMs + graceMs })
    },
    ended: (id) => void running.delete(id),
    all: () => [...running.values()].map(({ read }) => read),
    overdue: () => [...running.values()].filter(({ endsAtMs }) => now() > endsAtMs).map(({ read }) => read),

    blame(culprits) {
      running.clear()
      forgetOld()
      for (const { fingerprint } of culprits) {
        if (fingerprint === undefined) continue
        deaths.set(fingerprint, { count: (deaths.get(fingerprint)?.count ?? 0) + 1, atMs: now() })
      }
      return new Set(culprits.flatMap(({ request }) => request ?? []))
    },

    banned() {
      forgetOld()
      return [...deaths].filter(([, { count }]) => count >= deathsToBan).map(([fingerprint]) => fingerprint)
    },
  }

  function forgetOld(): void {
    for (const [fingerprint, { atMs }] of deaths) if (now() - atMs > banMs) deaths.delete(fingerprint)
  }
}
