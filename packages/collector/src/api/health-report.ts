/** Reports the collector's health, for whoever looks after it: disk, memory, commits, who was refused, versions. */
import { readFile, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import type { KeptBackup } from '../backup/kept-backups.ts'
import type { ClusterHealth, ReadClusterHealth } from '../cluster-health.ts'
import type { CountedRefusals } from '../ingest/refusals.ts'
import type { EventCounters } from '../metrics/event-counters.ts'
import type { BackupFigures, LogFigures, OtlpFigures, RetentionFigures, StoreFigures } from '../metrics/metrics.ts'
import type { RecentDurations } from '../metrics/recent-durations.ts'
import type { RetentionOptions } from '../options.ts'
import type { SchemaWarning } from '../session/schema-warnings.ts'

/** The answer of `GET /api/health`. */
export type Health = CollectorHealth & (OwnHealth | SharedHealth)

/** Of this process, since it started. */
interface CollectorHealth {
  /** In ms since 1970. */
  readonly startedAt: number
  readonly versions: {
    readonly collector: string
    readonly node: string
    /** Of DuckDB, null before the store process has served reads; on a cluster of ClickHouse, null where it does not answer. */
    readonly database: string | null
    readonly platform: string
  }
  /** WebSockets that are up. */
  readonly sockets: number
  /** Stored in the last minute. */
  readonly eventsPerSecond: number
  readonly memory: {
    readonly collectorBytes: number
    /** Null while the store process is away, or has just come, and on a cluster. */
    readonly storeBytes: number | null
  }
  /** Writes to the log: how long those of the last ten seconds took, and how many have failed since the start. */
  readonly commits: { readonly medianMs: number | null; readonly p99Ms: number | null; readonly failed: number }
  /** Since the start, by origin and reason, the commonest first. */
  readonly refusals: readonly CountedRefusals[]
  /** What was stored though no schema accepts it, since the start, the commonest first; none where that is rejected. */
  readonly schemaWarnings: readonly SchemaWarning[]
}

/** Of a log and a store of its own. */
interface OwnHealth {
  readonly cluster: null
  readonly disk: {
    /** Without what is kept. */
    readonly logBytes: number
    /** Beyond it nothing more is taken. */
    readonly maxLogBytes: number
    /** Of the log since the last backup, which nothing else needs any more. */
    readonly keptLogBytes: number
    /** With what is written beside it until the next checkpoint; null where there is none yet. */
    readonly databaseBytes: number | null
    /** Of the database's blocks, as of the last checkpoint: those that hold something, and those that later rows fill. */
    readonly usedBytes: number | null
    readonly reusableBytes: number | null
    /** Null where the system does not tell. */
    readonly freeBytes: number | null
  }
  /** What is deleted for its age or for want of room; null where it is not. */
  readonly retention: {
    readonly keepMs: number | null
    readonly maxBytes: number | null
    /** How long a backup is kept. */
    readonly keepBackupsMs: number | null
    /** When it last ran to its end, in ms since 1970. */
    readonly lastRunAt: number | null
    readonly failures: number
    /** By how much the collector's clock is ahead of the time by which events age; 0 where it is believed. */
    readonly clockAheadMs: number
  }
  /** The newest one, which was verified when it was made; null before the first. */
  readonly backup: BackupFigures | null
  /** Those of the collector's folder, oldest first, and when each goes. */
  readonly backups: readonly Omit<KeptBackup, 'path'>[]
  /** What the sink has found, by code. */
  readonly reports: Readonly<Record<string, number>>
  /** Of the sending to OpenTelemetry, since the start; null where nothing is sent on. */
  readonly otlp: OtlpHealth | null
}

/** Of a collector of a cluster: it keeps nothing, so that all of this is the business of others. */
interface SharedHealth extends Readonly<Record<Exclude<keyof OwnHealth, 'cluster'>, null>> {
  readonly cluster: ClusterHealth
}

export interface OtlpHealth {
  /** Whether the last request was answered. */
  readonly isUp: boolean
  /** By how far it is behind the log. */
  readonly lag: OtlpFigures['lag']
  readonly sent: number
  readonly rejected: number
  readonly skipped: number
  readonly gaps: number
}

export interface HealthOptions {
  readonly startedAtMs: number
  readonly sockets: number
  readonly counters: Pick<EventCounters, 'rates'>
  readonly commits: RecentDurations
  readonly failedCommits: number
  readonly refusals: readonly CountedRefusals[]
  readonly schemaWarnings: readonly SchemaWarning[]
  /** Undefined where log and store are shared with other collectors. */
  readonly own: OwnHealthSources | undefined
  /** Undefined where they are its own. */
  readonly shared: (() => Promise<ReadClusterHealth>) | undefined
}

export interface OwnHealthSources {
  /** Absolute path of the data folder. */
  readonly folder: string
  readonly maxLogBytes: number
  readonly log: LogFigures
  readonly store: StoreFigures
  readonly retention: RetentionOptions & RetentionFigures
  readonly backup: BackupFigures | undefined
  readonly listBackups: () => Promise<readonly KeptBackup[]>
  readonly otlp: OtlpFigures | undefined
}

export async function readHealth(options: HealthOptions): Promise<Health> {
  const { startedAtMs, sockets, counters, commits, failedCommits, refusals, schemaWarnings, own, shared } = options
  const [manifest, ownHealth, sharedHealth] = await Promise.all([
    readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    own && readOwn(own),
    shared?.(),
  ])
  const collector: CollectorHealth = {
    startedAt: startedAtMs,
    versions: {
      collector: JSON.parse(manifest).version,
      node: process.version,
      database: own?.store.databaseVersion ?? sharedHealth?.storeVersion ?? null,
      platform: `${process.platform} ${process.arch}`,
    },
    sockets,
    eventsPerSecond: meanOf(counters.rates.perSecond(rateSeconds)),
    memory: { collectorBytes: process.memoryUsage.rss(), storeBytes: own ? memoryOf(own.store) : null },
    commits: { ...commits.quantiles(), failed: failedCommits },
    ...{ refusals, schemaWarnings },
  }
  if (ownHealth) return { ...collector, ...ownHealth }
  if (!sharedHealth) throw new TypeError('Expected a log and a store of its own, or shared ones')
  return { ...collector, ...nothingOwn, cluster: sharedHealth.cluster }
}

const rateSeconds = 60

const meanOf = (counts: readonly number[]): number =>
  Math.round((10 * counts.reduce((sum, count) => sum + count, 0)) / counts.length) / 10

const memoryOf = ({ isUp, memoryBytes }: StoreFigures): number | null => (isUp && memoryBytes > 0 ? memoryBytes : null)

const nothingOwn: Omit<SharedHealth, 'cluster'> = {
  ...{ disk: null, retention: null, backup: null, backups: null, reports: null, otlp: null },
}

async function readOwn(own: OwnHealthSources): Promise<OwnHealth> {
  const { folder, maxLogBytes, log, store, retention, backup, otlp } = own
  const [databaseBytes, freeBytes, backups] = await Promise.all([
    sizeOfDatabase(folder),
    freeBytesOf(folder),
    own.listBackups(),
  ])
  return {
    cluster: null,
    disk: {
      ...{ logBytes: log.bytes, keptLogBytes: log.keptBytes, maxLogBytes, databaseBytes, freeBytes },
      usedBytes: store.space?.usedBytes ?? null,
      reusableBytes: store.space?.reusableBytes ?? null,
    },
    retention: {
      keepMs: retention.keepMs ?? null,
      maxBytes: retention.maxBytes ?? null,
      keepBackupsMs: retention.keepBackupsMs ?? null,
      lastRunAt: retention.lastRunMs ?? null,
      failures: retention.failures,
      clockAheadMs: retention.clockAheadMs,
    },
    backup: backup ? { at: backup.at, bytes: backup.bytes } : null,
    // Where the machine keeps them is nothing for readers.
    backups: backups.map(({ path: _path, ...kept }) => kept),
    reports: Object.fromEntries(store.reports),
    otlp: otlp ? healthOf(otlp) : null,
  }
}

/** Where it goes, and what is said there, is nothing for readers. */
const healthOf = ({ failure, lag, sent, rejected, skipped, gaps }: OtlpFigures): OtlpHealth => ({
  isUp: failure === undefined,
  ...{ lag, sent, rejected, skipped, gaps },
})

async function sizeOfDatabase(folder: string): Promise<number | null> {
  const sizes = await Promise.all(
    ['downlink.duckdb', 'downlink.duckdb.wal'].map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => null,
      ),
    ),
  )
  return sizes[0] === null ? null : sizes.reduce((sum: number, size) => sum + (size ?? 0), 0)
}

const freeBytesOf = (folder: string): Promise<number | null> =>
  statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  )
