/** Reports what the sink has found: in the log of the collector, by count, and to whoever listens. */
import type { FastifyBaseLogger } from 'fastify'
import { sessionsIn } from '../log/entry.ts'
import type { LogRecord } from '../log/read-log.ts'

/** What somebody should hear of. */
export type SinkReport =
  /** Bytes of the log hold nothing sound; the sessions are those that can still be told. */
  | { readonly code: 'damaged_log'; readonly bytes: number; readonly sessions: readonly string[] }
  | { readonly code: 'missing_segment'; readonly id: string }
  /** Sequences that no entry holds: they count as missing. */
  | { readonly code: 'lost_events'; readonly sessionId: string; readonly events: number }
  /** They came while the store was away, with another proof than the session's: none of them is stored. */
  | { readonly code: 'foreign_events'; readonly sessionId: string; readonly events: number }
  | { readonly code: 'unstorable_event'; readonly sessionId: string; readonly seq: number; readonly reason: string }
  /** A rejected event was to be stored after all, and stays rejected. */
  | { readonly code: 'unstorable_rejection'; readonly sessionId: string; readonly seq: number; readonly reason: string }
  /** Nothing can be written now; it is tried again. */
  | { readonly code: 'store_unavailable'; readonly reason: string }

export interface SinkReports {
  /** How many there were, by code. */
  readonly counts: ReadonlyMap<SinkReport['code'], number>
  add(report: SinkReport): void
}

export function createSinkReports(log: FastifyBaseLogger, onReport: (report: SinkReport) => void): SinkReports {
  const counts = new Map<SinkReport['code'], number>()
  return {
    counts,
    add(report) {
      counts.set(report.code, (counts.get(report.code) ?? 0) + 1)
      log.error(report, sentences[report.code])
      onReport(report)
    },
  }
}

const sentences: { readonly [Code in SinkReport['code']]: string } = {
  damaged_log: 'A part of the log is DAMAGED: it is stepped over, and what it held counts as missing',
  missing_segment: 'A segment of the log is MISSING: what it held counts as missing',
  lost_events: 'Events are LOST, which no entry of the log holds: they count as missing',
  foreign_events:
    'Events came while the store was away, with ANOTHER PROOF than the session has: none of them is stored',
  unstorable_event: 'The database refuses an event: it stands in rejected_events as unstorable',
  unstorable_rejection: 'The database refuses an event that was judged anew: it stays rejected',
  store_unavailable: 'The store can take nothing now: the log keeps what comes, and it is tried again',
}

export function damageReport(record: Exclude<LogRecord, { kind: 'entry' }>): SinkReport {
  if (record.kind === 'missing-segment') return { code: 'missing_segment', id: record.id }
  return { code: 'damaged_log', bytes: record.bytes, sessions: sessionsIn(record.heads) }
}
