/** Counts committed events by type, code and reason. Always on, so it adds and does nothing else. */
import type { AppendOutcome } from '../commit/commit-log.ts'
import type { RejectionCount } from '../commit/operation.ts'
import type { SessionBatch } from '../commit/session-batch.ts'
import type { SinkReport } from '../sink/sink-reports.ts'
import { createStoredRates, type StoredRates } from './stored-rates.ts'

export interface EventCounts {
  readonly stored: number
  readonly expired: number
  readonly forgotten: number
  readonly rejected: number
  readonly dropped: number
  readonly missing: number
  /** Events that were stored, by type, whether they still are or not: it never shrinks. */
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
  /** Adds what an operation has removed. */
  addRemoved(counts: Partial<Removed>): void
  /** Adds what was rejected, and is stored after all. */
  addMoved(moved: readonly RejectionCount[]): void
  /** Adds what the sink has found of events that were acknowledged. */
  addReport(report: SinkReport): void
  /** Since the database was made; of a collector that has none of its own, since this process started. */
  counts(): EventCounts
  /** Since this process started, for metrics. */
  readonly since: CountsSinceStart
  /** Of what was stored since this process started. */
  readonly rates: Pick<StoredRates, 'perSecond' | 'typesPerSecond'>
}

export interface CountsSinceStart extends Readonly<Removed> {
  /** By type. */
  readonly stored: ReadonlyMap<string, number>
  /** By code. */
  readonly rejected: ReadonlyMap<string, number>
  /** By reason. */
  readonly dropped: ReadonlyMap<string, number>
  readonly missing: number
  /** Of the rejected ones: are stored after all. */
  readonly rejudged: number
}

interface Removed {
  expired: number
  forgotten: number
}

export const noCounts: EventCounts = {
  stored: 0,
  expired: 0,
  forgotten: 0,
  rejected: 0,
  dropped: 0,
  missing: 0,
  types: {},
}

/** Types come from outside where nothing defines them: the rest is counted under this one. */
export const otherTypes = '(other)'
const maxTypes = 500

export function createEventCounters(monotonicMs: () => number): EventCounters {
  const [stored, rejected, dropped] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()]
  const since = { stored, rejected, dropped, missing: 0, expired: 0, forgotten: 0, rejudged: 0 }
  let before = noCounts
  const rates = createStoredRates(stored, monotonicMs)

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
      rates.add(batch.events.length)
      for (const [type, events] of batch.events.countByType()) countStored(type, events)
      for (const { code } of batch.rejected) count(rejected, code, 1)
      for (const [code, events] of Object.entries(batch.rejectedMore ?? {})) count(rejected, code, events)
      for (const [reason, events] of Object.entries(batch.dropped)) count(dropped, reason, events)
      since.missing += batch.missing
    },

    addRemoved(counts) {
      since.expired += counts.expired ?? 0
      since.forgotten += counts.forgotten ?? 0
    },

    addMoved(moved) {
      for (const { type, events } of moved) {
        countStored(type, events)
        since.rejudged += events
      }
    },

    addReport(report) {
      // What the sink does before it has counted is in the counts.
      if (before === noCounts) return
      if (report.code === 'lost_events') since.missing += report.events
      else if (report.code === 'unstorable_event') count(rejected, 'unstorable', 1)
    },

    counts: () => totalOf(before, since),
    since,
    rates,
  }

  return counters

  function countStored(type: string, events: number): void {
    count(stored, stored.has(type) || stored.size < maxTypes ? type : otherTypes, events)
  }
}

function totalOf(before: EventCounts, since: CountsSinceStart): EventCounts {
  const types = new Map(Object.entries(before.types))
  for (const [type, events] of since.stored) count(types, type, events)
  return {
    stored: before.stored + sum(since.stored) - since.expired - since.forgotten,
    expired: before.expired + since.expired,
    forgotten: before.forgotten + since.forgotten,
    rejected: before.rejected + sum(since.rejected) - since.rejudged,
    dropped: before.dropped + sum(since.dropped),
    missing: before.missing + since.missing,
    // `fromEntries` defines keys rather than setting them, so that a type `__proto__` is one like any other.
    types: Object.fromEntries(types),
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
