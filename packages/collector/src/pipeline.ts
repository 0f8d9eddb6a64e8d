/**
 * The path of an event, put together: ingest → session → commit → log, where it is acknowledged, and from there
 * sink → store → query.
 */
import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import { warnOfProxies } from './access/warn-of-proxies.ts'
import { systemClock as clock } from './clock.ts'
import { createGroupCommit } from './commit/group-commit.ts'
import { createJournal } from './commit/journal.ts'
import { localRecords } from './commit/record-source.ts'
import { CollectorError } from './errors.ts'
import { createAdmission } from './ingest/admission.ts'
import type { Keys } from './ingest/keys.ts'
import { createPendingWork } from './ingest/pending-work.ts'
import { createPostIngest } from './ingest/post.ts'
import { createBuckets } from './ingest/rate-limit.ts'
import { createRefusals } from './ingest/refusals.ts'
import type { TelemetryRoutesOptions } from './ingest/telemetry-routes.ts'
import { createWebSocketIngest, type WebSocketIngest } from './ingest/websocket.ts'
import { openLogFiles } from './log/log-files.ts'
import { type Position, readLog } from './log/read-log.ts'
import { type LogWarning, openLogWriter } from './log/write-log.ts'
import type { CollectorSettings } from './options.ts'
import { planReadStore } from './query/read-store.ts'
import { openReading, type Reading } from './reading.ts'
import { createJudge } from './session/judge.ts'
import { createSessions, type Sessions } from './session/sessions.ts'
import type { Database } from './store/open-database.ts'
import { openStorePipeline } from './store-pipeline.ts'

export interface Pipeline {
  readonly database: Database
  readonly reading: Reading
  readonly sessions: Sessions
  readonly sockets: WebSocketIngest
  readonly routes: TelemetryRoutesOptions
  /** Resolves to false while the log can't be written, or no more is taken. */
  isReady(): Promise<boolean>
  /** Resolves once all that was taken so far is committed, and told to listeners. */
  settled(): Promise<void>
  /** Takes nothing new from sockets, commits and acknowledges what was taken, and closes them. Idempotent. */
  drain(): Promise<void>
  /** Closes the store. After `drain`, and after the last request was answered. Idempotent. */
  close(): Promise<void>
}

/** A log of 4 GB, read from its begin. */
const openingTimeoutMs = 120_000
/** Who reads sees every ack that came before, or what there is after so long. */
const readWaitMs = 1000

/** @throws {CollectorError} `data_in_use`, `data_unusable` */
export async function openPipeline(
  settings: CollectorSettings,
  keys: Keys,
  logger: FastifyBaseLogger,
): Promise<Pipeline> {
  const { limits, commit } = settings
  const { maxIdleSessions } = limits
  const { monotonicMs } = clock
  const refusals = createRefusals({ log: logger, monotonicMs })
  const proxies = warnOfProxies(settings.proxies, logger)
  const plan = planReadStore(settings.events, settings.query)
  const storing = await openStorePipeline({
    dataFolder: settings.data,
    logger,
    prepare: plan.prepare,
    readLog: (from, to) => readLog(files, from, to),
    onCheckpoint: (position) => void forget(position),
  })
  const { database, store, sink } = storing
  const { files, writer } = await openLog(join(database.folder, 'log'), commit.maxLogBytes, logger).catch(
    async (error: unknown) => {
      await storing.close()
      throw error
    },
  )
  if (storing.position) await forget(storing.position)
  sink.tell(writer.end)
  // The counts go on from what is stored.
  await sink.caughtUp(openingTimeoutMs)
  const reading = await openReading({
    settings,
    plan,
    database: {
      ...database,
      async connect() {
        await sink.caughtUp(readWaitMs)
        return database.connect()
      },
    },
    log: { bytes: () => writer.bytes, lagMs: () => sink.lagMs },
    sockets: () => sockets.sockets,
    isOpen: (sessionId) => sessions.isOpen(sessionId),
    refusals,
    clock,
  })
  storing.interruptReaders = reading.interrupt
  const commits = createGroupCommit({
    journal: reading.watchJournal(createJournal({ log: writer, tell: sink.tell })),
    source: localRecords({ sink, store }),
    ...commit,
    listener: reading.listener,
    onFailure: (reason) => logger.error({ reason }, 'A commit failed; its senders will come back'),
  })
  const log = reading.watchLog(commits)
  const judge = createJudge(limits, settings.events.schemas)
  const sessions = createSessions({ log, judge, maxIdle: maxIdleSessions, onOwed: reading.countOwed })
  const admission = createAdmission({ ...settings, keys, localPages: true })
  const pending = createPendingWork(limits)
  const rates = createBuckets(limits.maxEventsPerSecond, monotonicMs)
  const sockets = createWebSocketIngest({ sessions, keys, admission, limits, proxies, pending, refusals, clock })
  const post = createPostIngest({ sessions, keys, limits, rates, pending, wallMs: clock.wallMs })
  let drained: Promise<void> | undefined
  let closed: Promise<void> | undefined

  return {
    database,
    reading,
    sessions,
    sockets,
    routes: { admission, post, limits, proxies, pending, refusals, monotonicMs },
    async isReady() {
      // Whoever is told that we are not sends nothing, so no write of theirs would ever find out that we are again.
      if (!writer.available && !drained) await commits.probe()
      return writer.available && !drained
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
    await storing.stop()
    await reading.close()
    await writer.close()
    await storing.close()
  }

  async function forget(position: Position): Promise<void> {
    await writer.removeBefore(position).catch((error: unknown) => {
      logger.error({ error: String(error) }, 'A segment of the log can not be deleted')
    })
  }
}

/** @throws {CollectorError} `data_unusable` */
async function openLog(folder: string, maxLogBytes: number, logger: FastifyBaseLogger) {
  try {
    const files = await openLogFiles(folder)
    const onWarning = (warning: LogWarning): void => warnOfLog(warning, logger)
    return { files, writer: await openLogWriter({ files, maxLogBytes, onWarning }) }
  } catch (cause) {
    if (cause instanceof CollectorError) throw cause
    throw new CollectorError('data_unusable', `Can't write the log in ${folder}: ${String(cause)}`, { cause })
  }
}

function warnOfLog(warning: LogWarning, logger: FastifyBaseLogger): void {
  if (warning.code === 'no_folder_sync') {
    logger.warn(warning, 'This file system syncs no folders: a power cut may take a new segment of the log')
    return
  }
  const { segment, bytes, heads } = warning
  const sessions = [...new Set(heads.map(({ session }) => session))]
  logger.error({ segment, bytes, sessions }, 'The log ends in the midst of a write, or is DAMAGED at its end')
}
