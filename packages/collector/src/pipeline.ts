/**
 * Puts the first half of an event's path together: ingest → session → commit → log, where it is acknowledged. The second
 * half, sink → store → query, is a process of its own (`store-pipeline.ts`), which follows the log.
 */
import { join, resolve } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { Keys } from './access/keys.ts'
import { createOriginPolicy } from './access/origin-policy.ts'
import { warnOfProxies } from './access/proxies.ts'
import { systemClock as clock } from './clock.ts'
import { createGroupCommit } from './commit/group-commit.ts'
import { createJournal } from './commit/journal.ts'
import { CollectorError } from './errors.ts'
import { createPendingWork } from './ingest/pending-work.ts'
import { createPostIngest } from './ingest/post.ts'
import { createAddressRateLimiter } from './ingest/rate-limiter.ts'
import { createRefusals } from './ingest/refusals.ts'
import type { TelemetryRoutesOptions } from './ingest/telemetry-routes.ts'
import { createWebSocketIngest, type WebSocketIngest } from './ingest/websocket.ts'
import { type LogFiles, openLogFiles } from './log/log-files.ts'
import { readOwner } from './log/owner.ts'
import { type LogWarning, openLogWriter } from './log/write-log.ts'
import type { CollectorSettings } from './options.ts'
import { describeViews } from './query/event-views.ts'
import { createReadSide, type ReadSide } from './read-side.ts'
import { createEventValidator } from './session/event-validator.ts'
import { createSessions, type Sessions } from './session/sessions.ts'
import {
  askOwner,
  folderName,
  makeSocketFolder,
  openOwnerSocket,
  removeLeftSockets,
} from './store-process/local-sockets.ts'
import { createReadClient, type ReadClient } from './store-process/read-client.ts'
import { createStoreProcess } from './store-process/store-process.ts'

export interface Pipeline {
  /** Absolute path of the data folder. */
  readonly folder: string
  readonly readSide: ReadSide
  readonly reads: ReadClient
  readonly sessions: Sessions
  readonly sockets: WebSocketIngest
  readonly routes: TelemetryRoutesOptions
  readonly readiness: Readiness
  /** Resolves once all that was taken so far is committed, and told to listeners. */
  settled(): Promise<void>
  /** Takes nothing new from sockets, commits and acknowledges what was taken, and closes them. Idempotent. */
  drain(): Promise<void>
  /** Closes log and store. After `drain`, and after the last request was answered. Idempotent. */
  close(): Promise<void>
}

export interface Readiness {
  /** Resolves to false while the log can't be written, or no more is taken. */
  ingest(): Promise<boolean>
  /** False while the store process is starting. */
  reads(): boolean
}

/** A store that has much to read first does it while events are taken. */
const storeStartMs = 5000
const failureLineIntervalMs = 10_000

/** @throws {CollectorError} `data_in_use`, `data_unusable` */
export async function openPipeline(
  settings: CollectorSettings,
  keys: Keys,
  logger: FastifyBaseLogger,
  /** Another collector has opened the data folder: this one has to end. */
  onLost: (reason: CollectorError) => void,
): Promise<Pipeline> {
  const { limits, commit } = settings
  const { maxIdleSessions } = limits
  const { monotonicMs } = clock
  const folder = resolve(settings.data)
  const refusals = createRefusals({ log: logger, monotonicMs })
  const proxies = warnOfProxies(settings.proxies, logger)
  const logFolder = join(folder, 'log')
  const files = await openFolder(logFolder)
  const socketFolder = await makeSocketFolder()
  const owner = await openOwnerSocket(socketFolder.path('owner'), await folderName(logFolder))
  const writer = await openLogWriter({
    files,
    maxLogBytes: commit.maxLogBytes,
    socket: owner.path,
    onWarning: (warning) => warnOfLog(warning, logger),
    onLost() {
      const reason = new CollectorError(
        'data_in_use',
        `Another collector has opened ${folder}, or its log/owner was changed: this one takes nothing more, and ends`,
      )
      logger.fatal(reason.message)
      onLost(reason)
    },
  }).catch(async (error: unknown) => {
    await owner.close()
    await socketFolder.remove()
    throw unusable(folder, error)
  })
  const socketPath = socketFolder.path('store')
  const store = createStoreProcess({
    settings: { dataFolder: folder, socketPath, query: settings.query, maxLogBytes: commit.maxLogBytes },
    log: logger,
    clock,
    describeViews: () => describeViews(settings.events),
    openSessions: () => sessions.openIds(),
    bytesAfter: writer.bytesAfter,
    onCheckpoint: (position) => {
      writer.removeBefore(position).catch((error: unknown) => {
        logger.error({ error: String(error) }, 'A segment of the log can not be deleted')
      })
    },
    onCounts: (counts) => readSide.counters.startFrom(counts),
    onReport: (report) => {
      readSide.counters.addReport(report)
      if (report.code === 'damaged_log' || report.code === 'missing_segment') commits.onStoreUp()
    },
    onUp: () => commits.onStoreUp(),
  })
  const reads = createReadClient(store, socketPath)
  const readSide = createReadSide({
    settings,
    folder,
    reads,
    store,
    log: writer,
    sockets: () => sockets.sockets,
    openSessions: () => sessions.openIds().length,
    refusals,
    clock,
  })
  const commits = createGroupCommit({
    journal: createJournal({ log: writer, tell: store.synced }),
    source: store,
    ...commit,
    listener: readSide.listener,
    meter: readSide.meter,
    onFailure(reason) {
      // A disk that is full fails each group, and there are hundreds a second.
      if (monotonicMs() < nextFailureLineMs) return
      nextFailureLineMs = monotonicMs() + failureLineIntervalMs
      logger.error({ reason }, 'A commit failed; its senders will come back')
    },
  })
  let nextFailureLineMs = 0
  const validator = createEventValidator(limits, settings.events.schemas)
  const sessions = createSessions({
    log: commits,
    validator,
    maxIdle: maxIdleSessions,
    onOwed: (events) => {
      readSide.counters.owed += events
    },
    onSocket: store.socketChanged,
  })
  const originPolicy = createOriginPolicy({ ...settings, keys, localPages: true })
  const pending = createPendingWork(limits)
  const eventRateLimiter = createAddressRateLimiter(limits.maxEventsPerSecond, monotonicMs)
  const sockets = createWebSocketIngest({ sessions, keys, originPolicy, limits, proxies, pending, refusals, clock })
  const post = createPostIngest({ sessions, keys, limits, eventRateLimiter, pending, wallMs: clock.wallMs })
  let drained: Promise<void> | undefined
  let closed: Promise<void> | undefined

  await store.start(writer.end, storeStartMs).catch(async (error: unknown) => {
    await close()
    throw error
  })

  return {
    folder,
    readSide,
    reads,
    sessions,
    sockets,
    routes: { originPolicy, post, limits, proxies, pending, refusals, monotonicMs },
    readiness: {
      async ingest() {
        // Whoever is told that we are not sends nothing, so no write of theirs would ever find out that we are again.
        if (!writer.available && !drained) await commits.probe()
        return writer.available && !drained
      },
      reads: () => store.isUp,
    },
    settled: () => commits.settled(),
    drain: () => (drained ??= drain()),
    close: () => (closed ??= close()),
  }

  async function drain(): Promise<void> {
    sockets.stop()
    readSide.hangUp()
    await commits.settled()
    // The acks of the last commit are sent in the turn after it.
    await new Promise(setImmediate)
    await sockets.close()
    // Whoever still reads is told so now, or the server would wait for them first.
    void store.close()
  }

  async function close(): Promise<void> {
    await commits.settled()
    reads.close()
    await store.close()
    await writer.close()
    await owner.close()
    await socketFolder.remove()
  }
}

/** @throws {CollectorError} `data_unusable`; `data_in_use` where a collector that has the log answers */
async function openFolder(folder: string): Promise<LogFiles> {
  const files = await openLogFiles(folder).catch((error: unknown) => {
    throw unusable(folder, error)
  })
  const owner = await readOwner(files).catch((error: unknown) => {
    throw unusable(folder, error)
  })
  if (owner?.socket === undefined) return files
  const answer = await askOwner(owner.socket, await folderName(folder))
  if (answer === 'owner') {
    throw new CollectorError(
      'data_in_use',
      `${folder} is in use: stop the other collector, or give this one another data folder`,
    )
  }
  if (answer === 'nobody') await removeLeftSockets(owner.socket)
  return files
}

function unusable(folder: string, cause: unknown): CollectorError {
  if (cause instanceof CollectorError) return cause
  return new CollectorError('data_unusable', `Can't write the log in ${folder}: ${String(cause)}`, { cause })
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
