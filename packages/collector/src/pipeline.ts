/** The path of an event, put together: ingest over sessions over the commit log over DuckDB. */
import type { FastifyBaseLogger } from 'fastify'
import { createGroupCommit } from './commit/group-commit.ts'
import { createAdmission } from './ingest/admission.ts'
import type { Keys } from './ingest/keys.ts'
import { createPostIngest } from './ingest/post.ts'
import type { TelemetryRoutesOptions } from './ingest/telemetry-routes.ts'
import { createWebSocketIngest, type WebSocketIngest } from './ingest/websocket.ts'
import type { CollectorSettings } from './options.ts'
import { planReadStore } from './query/read-store.ts'
import { openReading, type Reading } from './reading.ts'
import { createJudge } from './session/judge.ts'
import { createSessions, type Sessions } from './session/sessions.ts'
import { createDuckDBStore } from './store/duckdb-store.ts'
import { type Database, openDatabase } from './store/open-database.ts'

export interface Pipeline {
  readonly database: Database
  readonly reading: Reading
  readonly sessions: Sessions
  readonly sockets: WebSocketIngest
  readonly routes: TelemetryRoutesOptions
  /** False while the store can't commit, or no more is taken. */
  readonly ready: boolean
  /** Resolves once all that was taken so far is committed, and told to listeners. */
  settled(): Promise<void>
  /** Takes nothing new from sockets, commits and acknowledges what was taken, and closes them. Idempotent. */
  drain(): Promise<void>
  /** Closes the store. After `drain`, and after the last request was answered. Idempotent. */
  close(): Promise<void>
}

/** @throws {CollectorError} `data_in_use`, `data_unusable` */
export async function openPipeline(
  settings: CollectorSettings,
  keys: Keys,
  logger: FastifyBaseLogger,
): Promise<Pipeline> {
  const { limits, commit, proxies } = settings
  const { maxIdleSessions } = limits
  const now = Date.now
  const plan = planReadStore(settings.events, settings.query)
  const database = await openDatabase({ dataFolder: settings.data, log: logger, prepare: plan.prepare })
  const store = await createDuckDBStore(database, (reason) => logger.error({ reason }, 'A checkpoint failed'))
  const reading = await openReading({
    settings,
    plan,
    database,
    sockets: () => sockets.sockets,
    isOpen: (sessionId) => sessions.isOpen(sessionId),
    now,
  })
  const log = reading.watchLog(
    createGroupCommit({
      store: reading.watchStore(store),
      ...commit,
      maxRecords: maxIdleSessions,
      listener: reading.listener,
      onFailure: (reason) => logger.error({ reason }, 'A commit failed; its senders will come back'),
    }),
  )
  const judge = createJudge(limits, settings.events.schemas)
  const sessions = createSessions({ log, judge, maxIdle: maxIdleSessions })
  const admission = createAdmission({ ...settings, keys, localPages: true })
  const sockets = createWebSocketIngest({ sessions, keys, admission, limits, proxies, now })
  const post = createPostIngest({ sessions, keys, limits, now })
  let drained: Promise<void> | undefined
  let closed: Promise<void> | undefined

  return {
    database,
    reading,
    sessions,
    sockets,
    routes: { admission, post, limits, proxies, now },
    get ready() {
      return store.available && !drained
    },
    settled: () => log.settled(),
    drain: () => (drained ??= drain()),
    close: () => (closed ??= close()),
  }

  async function drain(): Promise<void> {
    sockets.stop()
    reading.hangUp()
    await log.settled()
    // The acks of the last commit are sent in the turn after it.
    await new Promise(setImmediate)
    await sockets.close()
  }

  async function close(): Promise<void> {
    await log.settled()
    await reading.close()
    await store.close()
    await database.close()
  }
}
