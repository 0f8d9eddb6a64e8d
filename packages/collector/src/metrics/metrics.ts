/** Registers what Prometheus reads. A registry of our own, so that a host's metrics and ours don't mix. */
import { Counter, Histogram, Registry } from 'prom-client'
import type { CommitMeter } from '../commit/group-commit.ts'
import type { EventCounters } from './event-counters.ts'
import { createInstruments, type Instruments } from './instruments.ts'

export interface Metrics {
  readonly contentType: string
  text(): Promise<string>
  readonly observeCommit: CommitMeter['wrote']
}

export interface MetricsOptions {
  readonly counters: EventCounters
  /** Undefined where log and store are shared with other collectors: a sink tells of them. */
  readonly own: OwnFigures | undefined
  readonly kept: KeptAnswerFigures
  readonly sockets: () => number
  readonly liveListeners: () => number
  /** Connections and requests turned away, by reason. */
  readonly refused: ReadonlyMap<string, number>
  /** Events that no schema accepts and that were stored, by code. */
  readonly warned: ReadonlyMap<string, number>
}

/** Of a log and a store of the collector's own. */
export interface OwnFigures {
  readonly log: LogFigures
  readonly store: StoreFigures
  readonly retention: () => RetentionFigures
  /** Undefined before the first. */
  readonly backup: () => BackupFigures | undefined
  /** Undefined where events are not sent on. */
  readonly otlp: OtlpFigures | undefined
}

/** Of the deletion of what is too old, since this process started. */
export interface RetentionFigures {
  readonly runs: number
  readonly failures: number
  /** When it last ran to its end, in ms since 1970. */
  readonly lastRunMs: number | undefined
  /** By how much the wall clock was ahead then of the time by which events age; 0 where it was believed. */
  readonly clockAheadMs: number
}

export interface LogFigures {
  /** Without what is kept. */
  readonly bytes: number
  /** Of segments that are kept only for the last backup. */
  readonly keptBytes: number
  readonly segments: number
}

/** Of the store process. */
export interface StoreFigures {
  readonly isUp: boolean
  /** By how far it is behind the log. */
  readonly lag: { readonly bytes: number; readonly events: number; readonly ms: number }
  /** What its sink has found, by code. */
  readonly reports: ReadonlyMap<string, number>
  /** How often it was started again, by why it had ended. */
  readonly restarts: ReadonlyMap<string, number>
  readonly readsRunning: number
  /** Reads that were ended with it, being to blame. */
  readonly readsKilled: number
  /** Of memory that its process holds; 0 before it has told. */
  readonly memoryBytes: number
  /** Of the database's file, as of the last checkpoint; undefined before it has told. */
  readonly space: { readonly usedBytes: number; readonly reusableBytes: number } | undefined
  /** Of the database's engine; undefined before it has served reads. */
  readonly databaseVersion: string | undefined
}

/** Of the newest backup. */
export interface BackupFigures {
  /** In ms since 1970. */
  readonly at: number
  readonly bytes: number
}

/** Of the sending to OpenTelemetry, since this process started. */
export interface OtlpFigures {
  /** Where it sends to, without its query. */
  readonly address: string
  /** Why the backend takes nothing now; undefined where it does. */
  readonly failure: string | undefined
  /** Of the log, that the backend does not have. */
  readonly lag: { readonly events: number; readonly bytes: number; readonly ms: number }
  /** Events that the backend took, and that it will never take. */
  readonly sent: number
  readonly rejected: number
  /** Events that were not sent, for their session was forgotten, or there was no room to keep them any longer. */
  readonly forgotten: number
  readonly skipped: number
  /** How often the log did not have what was to be sent next. */
  readonly gaps: number
  /** Requests that have to be made again. */
  readonly failures: number
}

/** Answers to queries, for those who take an older one. */
export interface KeptAnswerFigures {
  readonly count: number
  readonly bytes: number
  /** Queries that one of them answered. */
  readonly served: number
}

/** From a local disk at rest to one in trouble. */
const commitBucketsSeconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const instruments = createInstruments(registers)
  registerEvents(instruments, options)
  registerConnections(instruments, options)
  if (options.own) {
    registerLog(instruments, options.own)
    registerStore(instruments, options.own.store)
    registerLife(instruments, options.own)
    if (options.own.otlp) registerOtlp(instruments, options.own.otlp)
  }
  const commits = new Counter({
    name: 'downlink_commits_total',
    help: 'Writes to the log, each of the batches that are committed together, by outcome',
    labelNames: ['outcome'],
    registers,
  })
  const durations = new Histogram({
    name: 'downlink_commit_duration_seconds',
    help: 'How long a write to the log took, until it was synced',
    buckets: commitBucketsSeconds,
    registers,
  })

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    observeCommit(outcome, durationMs) {
      commits.inc({ outcome })
      durations.observe(durationMs / 1000)
    },
  }
}

function registerEvents({ counter, total, gauge }: Instruments, { counters, warned }: MetricsOptions): void {
  const { since } = counters
  counter('downlink_events_stored_total', 'Events committed, by type', 'type', () => since.stored)
  counter('downlink_events_rejected_total', 'Events rejected, by code', 'code', () => since.rejected)
  total('downlink_events_rejudged_total', 'Rejected events that are stored after all', () => since.rejudged)
  counter('downlink_schema_warnings_total', 'Events stored though no schema accepts them', 'code', () => warned)
  counter('downlink_events_dropped_total', 'Events that clients dropped, by reason', 'reason', () => since.dropped)
  gauge('downlink_events_pending', 'Events that wait for their commit', () => counters.pending)
  gauge(
    'downlink_events_outstanding',
    'Events that clients without a link, or at their end, still owe',
    () => counters.outstanding,
  )
  total(
    'downlink_events_missing_total',
    'Events that were acknowledged, and that the collector then lost',
    () => since.missing,
  )
  total('downlink_events_expired_total', 'Stored events that were deleted for their age', () => since.expired)
  total('downlink_events_forgotten_total', 'Stored events of sessions that were forgotten', () => since.forgotten)
}

function registerLog({ gauge }: Instruments, { log, store }: OwnFigures): void {
  gauge('downlink_log_bytes', 'Size of the log that the store follows', () => log.bytes)
  gauge(
    'downlink_log_kept_bytes',
    'Size of the log since the last backup that nothing else needs any more',
    () => log.keptBytes,
  )
  gauge('downlink_log_segments', 'Files of the log', () => log.segments)
  gauge('downlink_sink_lag_bytes', 'Bytes of the log that are not in the store', () => store.lag.bytes)
  gauge('downlink_sink_lag_events', 'Events of the log that are not in the store', () => store.lag.events)
  gauge('downlink_sink_lag_seconds', 'For how long the store has been behind the log', () => store.lag.ms / 1000)
}

function registerStore({ counter, total, gauge }: Instruments, store: StoreFigures): void {
  counter(
    'downlink_sink_reports_total',
    'What the sink has found that somebody should hear of, by code',
    'code',
    () => store.reports,
  )
  gauge('downlink_store_up', 'Whether the store process serves reads', () => Number(store.isUp))
  gauge('downlink_store_memory_bytes', 'Memory that the store process holds', () => store.memoryBytes)
  gauge('downlink_store_reads_running', 'Queries, pages and exports that are under way', () => store.readsRunning)
  total('downlink_store_reads_killed_total', 'Reads that were ended with the store process', () => store.readsKilled)
  counter(
    'downlink_store_restarts_total',
    'How often the store process was started again, by why it had ended',
    'reason',
    () => store.restarts,
  )
  gauge('downlink_database_used_bytes', 'Blocks of the database that hold something', () => store.space?.usedBytes ?? 0)
  gauge(
    'downlink_database_reusable_bytes',
    'Blocks of the database that are free for later rows',
    () => store.space?.reusableBytes ?? 0,
  )
}

/** Who is connected, who was turned away, and what is kept for who asks. */
function registerConnections({ counter, total, gauge }: Instruments, options: MetricsOptions): void {
  const { kept, sockets, liveListeners, refused } = options
  counter('downlink_refusals_total', 'Connections and requests turned away, by reason', 'reason', () => refused)
  gauge('downlink_sockets', 'WebSockets that are up', sockets)
  gauge('downlink_live_listeners', 'Listeners of /api/live', liveListeners)
  gauge('downlink_kept_answers', 'Answers to queries that are kept', () => kept.count)
  gauge('downlink_kept_answers_bytes', 'What they take of memory', () => kept.bytes)
  total('downlink_kept_answers_served_total', 'Queries that one of them answered', () => kept.served)
}

function registerLife({ total, gauge }: Instruments, { retention, backup }: OwnFigures): void {
  total('downlink_retention_runs_total', 'How often what is too old was looked for', () => retention().runs)
  total('downlink_retention_failures_total', 'How often that failed', () => retention().failures)
  gauge(
    'downlink_clock_ahead_seconds',
    'By how much the clock is ahead of the time by which events age; 0 where it is believed',
    () => retention().clockAheadMs / 1000,
  )
  gauge('downlink_backup_timestamp_seconds', 'When the newest backup was made', () => (backup()?.at ?? 0) / 1000)
  gauge('downlink_backup_bytes', 'Size of the newest backup', () => backup()?.bytes ?? 0)
}

function registerOtlp({ total, gauge }: Instruments, otlp: OtlpFigures): void {
  total('downlink_otlp_sent_total', 'Events that OpenTelemetry took', () => otlp.sent)
  total(
    'downlink_otlp_rejected_total',
    'Events that OpenTelemetry refused, and that are not sent again',
    () => otlp.rejected,
  )
  total(
    'downlink_otlp_skipped_total',
    'Events that were not sent to OpenTelemetry, for there was no room to keep them any longer',
    () => otlp.skipped,
  )
  total(
    'downlink_otlp_forgotten_total',
    'Events that were not sent to OpenTelemetry, for their session was forgotten',
    () => otlp.forgotten,
  )
  total(
    'downlink_otlp_gaps_total',
    'How often the log did not have what was to be sent to OpenTelemetry next',
    () => otlp.gaps,
  )
  total('downlink_otlp_failures_total', 'Requests to OpenTelemetry that have to be made again', () => otlp.failures)
  gauge('downlink_otlp_up', 'Whether the last request to OpenTelemetry was answered', () =>
    Number(otlp.failure === undefined),
  )
  gauge('downlink_otlp_lag_bytes', 'Bytes of the log that OpenTelemetry does not have', () => otlp.lag.bytes)
  gauge('downlink_otlp_lag_events', 'Events of the log that OpenTelemetry does not have', () => otlp.lag.events)
  gauge('downlink_otlp_lag_seconds', 'How old the oldest of them is', () => otlp.lag.ms / 1000)
}
