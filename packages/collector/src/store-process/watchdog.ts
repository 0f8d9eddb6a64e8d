/** Watches a store process: which reads it has under way, and whether it says anything at all; finds what it ended of. */
import type { WatchedRead } from './messages.ts'
import type { ChildExit } from './spawn-child.ts'

export interface Watchdog {
  /** Reads that are under way. */
  readonly readsRunning: number
  /** Reads that ended with their process, being to blame. */
  readonly readsKilled: number
  /** How often a process ended, by why. */
  readonly endings: ReadonlyMap<EndReason, number>
  /** It has said something. */
  heard(): void
  readBegan(read: WatchedRead): void
  readEnded(id: number): void
  /** A look, `lookIntervalMs` after the one before: is it to be ended by force? */
  isStuck(): boolean
  /** It has ended. None of its reads runs any more; those to blame are remembered by their texts. */
  ended(exit: ChildExit, couldOpen: boolean): EndReason
  /** Was it to blame for the last end? */
  wasKilled(request: string): boolean
  /** Fingerprints of queries that ended the process twice: for a minute they are refused. */
  bannedQueries(): readonly string[]
}

/** `hung`: it said nothing for half a minute. */
export type EndReason = 'query_time' | 'memory' | 'hung' | 'crash' | 'open_failed'

/** How long after its time limit a read that could not be interrupted is endured. */
const graceMs = 2000
/** It says that it is there once a second. */
const hungMs = 30_000
/** From one look to the next. */
export const lookIntervalMs = 250
const bans = { afterDeaths: 2, forMs: 60_000 }

/** @param now a monotonic clock, in ms */
export function createWatchdog(now: () => number): Watchdog {
  const running = new Map<number, { readonly read: WatchedRead; readonly endsAtMs: number }>()
  const deaths = new Map<string, { readonly count: number; readonly atMs: number }>()
  const endings = new Map<EndReason, number>()
  /** Goes on with each look, and stands still with this process: whoever did not listen can't call another silent. */
  let watchedMs = 0
  let heardAtMs = watchedMs
  let readsKilled = 0
  let killedRequests: ReadonlySet<string> = new Set()
  /** Found at the last look: news of their end may have been under way, behind whatever held this process. */
  let overdue: readonly WatchedRead[] = []
  let wasSilent = false
  let stuck: { readonly reason: 'query_time' | 'hung'; readonly culprits: readonly WatchedRead[] } | undefined

  return {
    get readsRunning() {
      return running.size
    },
    get readsKilled() {
      return readsKilled
    },
    endings,
    heard() {
      heardAtMs = watchedMs
    },
    readBegan(read) {
      running.set(read.id, { read, endsAtMs: watchedMs + read.timeLimitMs + graceMs })
    },
    readEnded: (id) => void running.delete(id),

    isStuck() {
      watchedMs += lookIntervalMs
      const before = overdue
      overdue = [...running.values()].filter(({ endsAtMs }) => watchedMs > endsAtMs).map(({ read }) => read)
      const culprits = overdue.filter((read) => before.includes(read))
      const isSilent = watchedMs - heardAtMs > hungMs
      if (culprits.length > 0) stuck ??= { reason: 'query_time', culprits }
      else if (isSilent && wasSilent)
        stuck ??= { reason: 'hung', culprits: [...running.values()].map(({ read }) => read) }
      wasSilent = isSilent
      return stuck !== undefined
    },

    ended(exit, couldOpen) {
      const all = [...running.values()].map(({ read }) => read)
      const { reason, culprits } = stuck ?? { reason: reasonOf(exit, couldOpen), culprits: all }
      running.clear()
      ;[overdue, wasSilent, stuck, heardAtMs] = [[], false, undefined, watchedMs]
      forgetOld()
      for (const { fingerprint } of culprits) {
        if (fingerprint === undefined) continue
        deaths.set(fingerprint, { count: (deaths.get(fingerprint)?.count ?? 0) + 1, atMs: now() })
      }
      killedRequests = new Set(culprits.flatMap(({ request }) => request ?? []))
      readsKilled += killedRequests.size
      endings.set(reason, (endings.get(reason) ?? 0) + 1)
      return reason
    },

    wasKilled: (request) => killedRequests.has(request),

    bannedQueries() {
      forgetOld()
      return [...deaths].filter(([, { count }]) => count >= bans.afterDeaths).map(([fingerprint]) => fingerprint)
    },
  }

  function forgetOld(): void {
    for (const [fingerprint, { atMs }] of deaths) if (now() - atMs > bans.forMs) deaths.delete(fingerprint)
  }
}

function reasonOf(exit: ChildExit, couldOpen: boolean): EndReason {
  if (!couldOpen) return 'open_failed'
  return exit.kind === 'memory' ? 'memory' : 'crash'
}
