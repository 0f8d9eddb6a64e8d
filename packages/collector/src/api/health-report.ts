/** Reports the collector's health, for whoever looks after it: disk, memory, commits, who was refused, versions. */
import { readFile, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import type { KeptBackup } from '../backup/kept-backups.ts'
import type { CountedRefusals } from '../ingest/refusals.ts'
import type { BackupFigures, LogFigures, OtlpFigures, RetentionFigures, StoreFigures } from '../metrics/metrics.ts'
import type { RecentDurations } from '../metrics/recent-durations.ts'
import type { RetentionOptions } from '../options.ts'
import type { SchemaWarning } from '../session/schema-warnings.ts'
import { count, counts, list, object, type Schema, text, time } from './json-schema.ts'

/** The answer of `GET /api/health`. */
export interface Health {
  /** When this process started, in ms since 1970. */
  readonly startedAt: number
  readonly versions: {
    readonly collector: string
    readonly node: string
    /** Of DuckDB; null before the store process has served reads. */
    readonly database: string | null
    readonly platform: string
  }
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
  readonly memory: {
    readonly collectorBytes: number
    /** Null while the store process is away, or has just come. */
    readonly storeBytes: number | null
  }
  /** Writes to the log: how long those of the last ten seconds took, and how many have failed since the start. */
  readonly commits: { readonly medianMs: number | null; readonly p99Ms: number | null; readonly failed: number }
  /** Since the start, by origin and reason, the commonest first. */
  readonly refusals: readonly CountedRefusals[]
  /** What was stored though no schema accepts it, since the start, the commonest first; none where that is rejected. */
  readonly schemaWarnings: readonly SchemaWarning[]
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

/** Null where it is not known. */
const measured = (description: string): Schema => ({ type: ['number', 'null'], minimum: 0, description })

export const healthAnswer: Schema = object({
  startedAt: time('When this process started'),
  versions: object({
    collector: text('Of this package'),
    node: text('Of Node'),
    database: { type: ['string', 'null'], description: 'Of DuckDB; null before its process has served reads' },
    platform: text('The system'),
  }),
  disk: object({
    logBytes: count('Size of the log, without what is kept'),
    maxLogBytes: count('Beyond it nothing more is taken'),
    keptLogBytes: count('Of the log since the last backup, which nothing else needs any more'),
    databaseBytes: measured('Size of the database, with what is written beside it until the next checkpoint'),
    usedBytes: measured('Of its blocks, as of the last checkpoint: those that hold something'),
    reusableBytes: measured('Those that are free for later rows'),
    freeBytes: measured('What is left on the disk of the data folder'),
  }),
  memory: object({
    collectorBytes: count('Of this process'),
    storeBytes: measured("Of the database's process"),
  }),
  commits: object({
    medianMs: measured('How long half of the writes to the log took in the last ten seconds, at most'),
    p99Ms: measured('How long all but one in a hundred took'),
    failed: count('Writes to the log that failed'),
  }),
  refusals: list(
    object({
      origin: { type: ['string', 'null'], description: 'Null where the sender is no browser' },
      reason: text('As the answer spells it'),
      refusals: count('Of this origin, for this reason'),
    }),
  ),
  schemaWarnings: list(
    object({
      code: text('As it would have been rejected'),
      type: text('Of the events'),
      message: text('What was expected of the newest, and what came'),
      events: count('Stored, and warned of'),
    }),
  ),
  retention: object({
    keepMs: measured('After which events are deleted'),
    maxBytes: measured('That database and log may take together, before the oldest events are deleted'),
    keepBackupsMs: measured('After which a backup is deleted'),
    lastRunAt: { type: ['integer', 'null'], description: 'When that last ran to its end, in ms since 1970' },
    failures: count('How often it failed'),
    clockAheadMs: count("By how much the collector's clock is ahead of the time by which events age"),
  }),
  backup: {
    type: ['object', 'null'],
    properties: { at: time('When the newest backup was made'), bytes: count('Its size') },
    description: 'Null before the first',
  },
  backups: list(
    object({
      at: time('When it was made'),
      bytes: count('Its size'),
      deletedAt: { type: ['integer', 'null'], description: 'When it is deleted for its age, in ms since 1970' },
      deletedAfter: measured('How many more have to be made until it is deleted for them'),
      expectedAt: {
        type: ['integer', 'null'],
        description: 'When those are made, if they come as they did so far, in ms since 1970',
      },
    }),
  ),
  reports: counts('What the sink has found, by code'),
  otlp: {
    type: ['object', 'null'],
    properties: {
      isUp: { type: 'boolean', description: 'Whether the last request was answered' },
      lag: object({
        events: count('That OpenTelemetry does not have'),
        bytes: count('Of the log'),
        ms: measured('How old the oldest of them is'),
      }),
      sent: count('Events that it took'),
      rejected: count('Events that it refused'),
      skipped: count('Events that were not sent, for want of room'),
      gaps: count('How often the log did not have what was to be sent next'),
    },
    description: 'Since the start; null where nothing is sent on',
  },
})

export interface HealthOptions {
  /** Absolute path of the data folder. */
  readonly folder: string
  readonly maxLogBytes: number
  readonly log: LogFigures
  readonly store: StoreFigures
  readonly commits: RecentDurations
  readonly failedCommits: number
  readonly refusals: readonly CountedRefusals[]
  readonly schemaWarnings: readonly SchemaWarning[]
  readonly startedAtMs: number
  readonly retention: RetentionOptions & RetentionFigures
  readonly backup: BackupFigures | undefined
  readonly listBackups: () => Promise<readonly KeptBackup[]>
  readonly otlp: OtlpFigures | undefined
}

export async function readHealth(options: HealthOptions): Promise<Health> {
  const { space } = options.store
  const { folder, maxLogBytes, log, store, commits, failedCommits, refusals, schemaWarnings, startedAtMs } = options
  const { retention, backup } = options
  const [databaseBytes, freeBytes, backups, manifest] = await Promise.all([
    sizeOfDatabase(folder),
    freeBytesOf(folder),
    options.listBackups(),
    readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  ])
  const { version: collector } = JSON.parse(manifest)
  return {
    startedAt: startedAtMs,
    versions: {
      collector,
      node: process.version,
      database: store.databaseVersion ?? null,
      platform: `${process.platform} ${process.arch}`,
    },
    disk: {
      ...{ logBytes: log.bytes, keptLogBytes: log.keptBytes, maxLogBytes, databaseBytes, freeBytes },
      usedBytes: space?.usedBytes ?? null,
      reusableBytes: space?.reusableBytes ?? null,
    },
    memory: {
      collectorBytes: process.memoryUsage.rss(),
      storeBytes: store.isUp && store.memoryBytes > 0 ? store.memoryBytes : null,
    },
    commits: { ...commits.quantiles(), failed: failedCommits },
    refusals,
    schemaWarnings,
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
    otlp: options.otlp ? healthOf(options.otlp) : null,
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
