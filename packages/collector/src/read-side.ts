/** Puts the read side together: counters, live feed and metrics, and the API, which passes on what is asked of the store. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyPluginAsync } from 'fastify'
import { callableNames } from './allowed-sql/allowed-functions.ts'
import { createApiAccess } from './api/api-access.ts'
import { clientScript } from './api/client-script.ts'
import { readHealth } from './api/health-report.ts'
import { createKeptAnswers } from './api/kept-answers.ts'
import { gamePages } from './api/pages.ts'
import { createReadApi } from './api/read-api.ts'
import { createReadOriginPolicy } from './api/read-origin-policy.ts'
import type { Backups } from './backup/backups.ts'
import type { Clock } from './clock.ts'
import type { ReadClusterHealth } from './cluster-health.ts'
import { type CommitListener, type CommitNotice, createCommitFeed } from './commit/commit-feed.ts'
import type { CommitMeter } from './commit/group-commit.ts'
import { CollectorError } from './errors.ts'
import type { Refusals } from './ingest/refusals.ts'
import type { DataLife, LifeRequests } from './life/data-life.ts'
import { createLiveStream } from './live/live-stream.ts'
import { createEventCounters, type EventCounters } from './metrics/event-counters.ts'
import { createMetrics, type LogFigures, type OtlpFigures, type StoreFigures } from './metrics/metrics.ts'
import { createRecentDurations, type RecentDurations } from './metrics/recent-durations.ts'
import type { QueryResult } from './query/result-text.ts'
import type { SqlDialect } from './query/sql-dialect.ts'
import { createQuestionLibrary } from './questions/question-library.ts'
import type { SchemaWarnings } from './session/schema-warnings.ts'
import type { CollectorSettings } from './settings.ts'
import type { SharedFigures } from './shared-figures.ts'
import { impatience, type ReadClient } from './store-process/read-client.ts'

export interface ReadSide {
  /** `/metrics`, `/api`, the page, the client's script, and the pages beside them. */
  readonly api: FastifyPluginAsync
  readonly counters: EventCounters
  /** Hears of what was committed. */
  readonly listener: CommitListener
  /** @returns its unsubscribe */
  subscribe(listener: (notice: CommitNotice) => void): () => void
  readonly meter: CommitMeter
  /** Takes how long pings and their pongs take. */
  readonly roundTrips: Pick<RecentDurations, 'add'>
  /** Drops the answers that are kept: what they tell of is gone. */
  forgetAnswers(): void
  /** Ends the live streams, which would keep the server from closing. */
  hangUp(): void
}

export interface ReadSideOptions {
  readonly settings: CollectorSettings
  /** Absolute path of the data folder. */
  readonly folder: string
  readonly reads: ReadClient
  /** Undefined where log and store are shared with other collectors. */
  readonly own: OwnParts | undefined
  /** Undefined where they are its own. */
  readonly shared: SharedParts | undefined
  /** Known once the collector runs. */
  readonly life: () => LifeRequests
  /** WebSockets that are up. */
  readonly sockets: () => number
  /** Sessions that have a socket. */
  readonly openSessions: () => number
  readonly refusals: Refusals
  readonly warnings: SchemaWarnings
  readonly clock: Clock
}

/** A log and a store of its own, with what looks after them. */
export interface OwnParts {
  readonly log: LogFigures
  readonly store: StoreFigures
  /** Known once the collector runs. */
  readonly life: () => DataLife
  readonly backups: () => Backups
  /** Undefined where events are not sent on. */
  readonly otlp: OtlpFigures | undefined
}

/** A log and a store that it shares with others. */
export interface SharedParts {
  readonly figures: () => SharedFigures
  /** Never rejects. */
  readonly health: () => Promise<ReadClusterHealth>
}

const pageFolder = fileURLToPath(new URL('./page/', import.meta.url))

export function createReadSide(options: ReadSideOptions): ReadSide {
  const { settings, reads, own, shared, sockets, openSessions, refusals, warnings, clock } = options
  const dialect: SqlDialect = settings.cluster ? 'clickhouse' : 'duckdb'
  const startedAtMs = clock.wallMs()
  const commits = createRecentDurations(clock.monotonicMs)
  // A socket is pinged with each heartbeat.
  const links = createRecentDurations(clock.monotonicMs, 2 * settings.limits.heartbeatMs)
  let failedCommits = 0
  const counters = createEventCounters(clock.monotonicMs)
  const feed = createCommitFeed()
  const live = createLiveStream({
    ...{ feed, counters, sockets, openSessions, refusals, commits, links, own, every },
    shared: shared?.figures,
    wallMs: clock.wallMs,
  })
  const kept = createKeptAnswers(clock)
  const metrics = createMetrics({
    counters,
    own: own && {
      ...{ log: own.log, store: own.store },
      retention: () => own.life().retention.figures,
      backup: () => own.backups().last,
      otlp: own.otlp,
    },
    kept,
    sockets,
    liveListeners: () => live.listeners,
    refused: refusals.counts,
    warned: warnings.counts,
  })
  const readApi = createReadApi({
    reads,
    kept,
    dialect,
    functions: async () =>
      dialect === 'duckdb' ? callableNames : namesIn(await reads.query(functionsSql, impatience)),
    questions: createQuestionLibrary({
      dialect,
      savedFolder: join(settings.data, 'questions'),
      teamFolder: settings.questions,
      validateSql: reads.validate,
    }),
    sourceMaps: settings.sourceMaps,
    live,
    metrics,
    schemas: settings.events.schemas,
    health: () => readHealth({ ...healthSources(options), counters, startedAtMs, commits, failedCommits }),
    access: createApiAccess({ ...settings, ...settings.limits, monotonicNow: clock.monotonicMs }),
    originPolicy: createReadOriginPolicy(settings),
    senderOf: settings.proxies.senderOf,
    life: options.life,
    backups: () => ownOf(options).backups(),
    wallMs: clock.wallMs,
    pageFolder: settings.page ? pageFolder : undefined,
  })
  return {
    async api(app) {
      await app.register(readApi)
      if (settings.page) await app.register(clientScript)
      await app.register(async (pages) => gamePages(pages, settings.pages))
    },
    counters,
    listener: feed,
    subscribe: feed.subscribe,
    roundTrips: links,
    meter: { appended: counters.appended, answered: counters.answered, wrote },
    forgetAnswers: kept.forget,
    hangUp: () => live.close(),
  }

  function wrote(...[outcome, durationMs]: Parameters<CommitMeter['wrote']>): void {
    metrics.observeCommit(outcome, durationMs)
    commits.add(durationMs)
    if (outcome !== 'written') failedCommits++
  }
}

function healthSources({ settings, folder, refusals, warnings, sockets, own, shared }: ReadSideOptions) {
  return {
    sockets: sockets(),
    refusals: refusals.byOrigin(),
    schemaWarnings: warnings.list(),
    own: own && {
      ...{ folder, log: own.log, store: own.store, otlp: own.otlp },
      maxLogBytes: settings.commit.maxLogBytes,
      retention: { ...settings.retention, ...own.life().retention.figures },
      backup: own.backups().last,
      listBackups: () => own.backups().list(),
    },
    shared: shared?.health,
  }
}

/** @throws {CollectorError} `not_on_cluster` */
function ownOf({ own }: ReadSideOptions): OwnParts {
  if (own) return own
  throw new CollectorError(
    'not_on_cluster',
    'Only a collector with a log and a database of its own makes backups: those of a cluster are those of NATS and of ClickHouse.',
  )
}

/** Of a view of the cluster's store. */
const functionsSql = 'SELECT name FROM sql_functions ORDER BY name'

const namesIn = ({ rows }: QueryResult): readonly string[] => rows.map(([name]) => String(name))

function every(intervalMs: number, tick: () => void): () => void {
  const timer = setInterval(tick, intervalMs)
  return () => clearInterval(timer)
}
