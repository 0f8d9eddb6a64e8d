/** Counts committed events by type, code and reason. Always on, so it adds and does nothing else. */
import type { AppendOutcome } from '../commit/commit-log.ts'
import type { SessionBatch } from '../commit/session-batch.ts'
import type { SinkReport } from '../sink/sink-reports.ts'

export interface EventCounts {
  readonly stored: number
  readonly rejected: number
  readonly dropped: number
  readonly missing: number
  /** Events stored, by type. */
  readonly types: Readonly<Record<string, number>>
}

export interface EventCounters {
  /** Events that wait for their commit. */
  pending: number
  /** Events outstanding of sessions that have ended or have no link. A running sum: it costs the same for any number of them. */
  outstanding: number
  /** Goes on from what the database held before: that becomes known only after the start. */
  startFrom(before: EventCounts & { readonly outstanding: number }): void
  appended(batch: SessionBatch): void
  answered(batch: SessionBatch, outcome: AppendOutcome): void
  /** A batch was committed. */
  add(batch: SessionBatch): void
  /** Adds what the sink has found of events that were acknowledged. */
  addReport(report: SinkReport): void
  /** Since the database was made. */
  counts(): EventCounts
  /** Since this process started, for metrics. */
  readonly since: {
    readonly stored: ReadonlyMap<string, number>
    readonly rejected: ReadonlyMap<string, number>
    readonly dropped: ReadonlyMap<string, number>
    readonly missing: number
  }
  /** Events stored in each of the last whole seconds, oldest first. */
  perSecond(seconds: number): readonly number[]
  /** The same of the last minute by type, of the types that came in it. */
  typesPerSecond(): Readonly<Record<string, readonly number[]>>
}

export const noCounts: EventCounts = { stored: 0, rejected: 0, dropped: 0, missing: 0, types: {} }

/** Types come from outside where nothing defines them: the rest is counted under this one. */
export const otherTypes = '(other)'
const maxTypes = 500
const keptSeconds = 300
const keptTypeSeconds = 60

export function createEventCounters(monotonicMs: () => number): EventCounters {
  const stored = new Map<string, number>()
  const rejected = new Map<string, number>()
  const dropped = new Map<string, number>()
  let before = noCounts
  let missing = 0
  const seconds = new Float64Array(keptSeconds)
  let newestSecond = Math.floor(monotonicMs() / 1000)
  /** What `stored` was when each of the last seconds began, by second: one copy a second, and nothing an event. */
  const storedBefore = new Map([[newestSecond, new Map<string, number>()]])

  const counters: EventCounters = {
    pending: 0,
    outstanding: 0,

    startFrom(counts) {
      before = counts
      counters.outstanding += counts.outstanding
    },

    appended(batch) {
      counters.pending += batch.events.length
    },

    answered(batch, outcome) {
      counters.pending -= batch.events.length
      if (outcome.kind === 'committed') counters.add(batch)
    },

    add(batch) {
      moveTo(Math.floor(monotonicMs() / 1000))
      for (const [type, events] of batch.events.countByType()) {
        count(stored, stored.has(type) || stored.size < maxTypes ? type : otherTypes, events)
      }
      for (const { code } of batch.rejected) count(rejected, code, 1)
      for (const [code, events] of Object.entries(batch.rejectedMore ?? {})) count(rejected, code, events)
      for (const [reason, events] of Object.entries(batch.dropped)) count(dropped, reason, events)
      missing += batch.missing
      seconds[newestSecond % keptSeconds] = (seconds[newestSecond % keptSeconds] ?? 0) + batch.events.length
    },

    addReport(report) {
      // What the sink does before it has counted is in the counts.
      if (before === noCounts) return
      if (report.code === 'lost_events') missing += report.events
      else if (report.code === 'unstorable_event') count(rejected, 'unstorable', 1)
    },

    counts() {
      const types = new Map(Object.entries(before.types))
      for (const [type, events] of stored) count(types, type, events)
      return {
        stored: before.stored + sum(stored),
        rejected: before.rejected + sum(rejected),
        dropped: before.dropped + sum(dropped),
        missing: before.missing + missing,
        // `fromEntries` defines keys rather than setting them, so that a type `__proto__` is one like any other.
        types: Object.fromEntries(types),
      }
    },

    since: {
      stored,
      rejected,
      dropped,
      get missing() {
        return missing
      },
    },

    perSecond(wanted) {
      moveTo(Math.floor(monotonicMs() / 1000))
      const first = newestSecond - wanted
      return Array.from({ length: wanted }, (_, at) => seconds[(first + at) % keptSeconds] ?? 0)
    },

    typesPerSecond() {
      moveTo(Math.floor(monotonicMs() / 1000))
      const first = newestSecond - keptTypeSeconds
      const rates = [...stored.keys()].map((type): [string, number[]] => [
        type,
        Array.from({ length: keptTypeSeconds }, (_, at) => storedIn(type, first + at)),
      ])
      return Object.fromEntries(rates.filter(([, perSecond]) => perSecond.some((events) => events > 0)))
    },
  }

  return counters

  function storedIn(type: string, second: number): number {
    const [before, after] = [storedBefore.get(second), storedBefore.get(second + 1)]
    return before && after ? (after.get(type) ?? 0) - (before.get(type) ?? 0) : 0
  }

  /** Seconds in which nothing came are zero. */
  function moveTo(second: number): void {
    if (second > newestSecond) keepStored(second)
    if (second - newestSecond >= keptSeconds) seconds.fill(0)
    else for (let empty = newestSecond + 1; empty <= second; empty++) seconds[empty % keptSeconds] = 0
    newestSecond = Math.max(newestSecond, second)
  }

  function keepStored(second: number): void {
    const now = new Map(stored)
    for (let begun = Math.max(newestSecond + 1, second - keptTypeSeconds); begun <= second; begun++) {
      storedBefore.set(begun, now)
    }
    for (const old of storedBefore.keys()) if (old < second - keptTypeSeconds) storedBefore.delete(old)
  }
}

function count(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0
  for (const value of counts.values()) total += value
  return total
}
