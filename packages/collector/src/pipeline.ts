/**
 * Puts the first half of an event's path together: ingest → session → commit → log, where it is acknowledged. The second
 * half, sink → store → query, is a process of its own (`store-pipeline.ts`), which follows the log.
 */
import { resolve } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { Keys } from './access/keys.ts'
import { warnOfProxies } from './access/proxies.ts'
import { createBackups } from './backup/backups.ts'
import { systemClock as clock } from './clock.ts'
import { createGroupCommit } from './commit/group-commit.ts'
import { type CollectorPorts, type DataFolder, openDataFolder } from './data-folder.ts'
import type { CollectorError } from './errors.ts'
import { createRefusals } from './ingest/refusals.ts'
import type { TelemetryRoutesOptions } from './ingest/telemetry-routes.ts'
import type { WebSocketIngest } from './ingest/websocket.ts'
import { createDataLife } from './life/data-life.ts'
import { createOtlpExport } from './otlp/otlp-export.ts'
import { keptLogBytes } from './otlp/otlp-options.ts'
import { createReadiness, type Readiness } from './probes.ts'
import { describeViews } from './query/event-views.ts'
import { createReadSide, type ReadSide } from './read-side.ts'
import { createEventValidator } from './session/event-validator.ts'
import { createSchemaWarnings } from './session/schema-warnings.ts'
import type { Sessions } from './session/sessions.ts'
import type { CollectorSettings } from './settings.ts'
import { createReadClient, type ReadClient } from './store-process/read-client.ts'
import { createStoreProcess } from './store-process/store-process.ts'
import { createFailureLine, createWriteSide } from './write-side.ts'

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

/** A store that has much to read first does it while events are taken. */
const storeStartMs = 5000

/** @throws {CollectorError} `data_in_use`, `data_unusable` */
export async function openPipeline(
  settings: CollectorSettings,
  keys: Keys,
  logger: FastifyBaseLogger,
  /** The data folder is another's, or can't be used: this collector has to end. */
  onLost: (reason: CollectorError) => void,
  ports: CollectorPorts,
): Promise<Pipeline> {
  const exportLogBytes = settings.otlp ? keptLogBytes(settings.otlp) : 0
  const folder = await openDataFolder({ ...settings, ...settings.commit, exportLogBytes, ...ports, logger, onLost })
  const parts = createParts({ settings, keys, logger, folder, onLost })
  const { readSide, reads, sessions, sockets, routes, commits, store, life, otlp } = parts
  const ending = createEnding(parts)
  await openFollowers(parts).catch(async (error: unknown) => {
    await ending.close()
    throw error
  })
  life.start()
  otlp?.start()

  return {
    folder: folder.path,
    readSide,
    reads,
    sessions,
    sockets,
    routes,
    readiness: createReadiness(folder.log, commits, store, () => !ending.isBegun),
    settled: () => commits.settled(),
    drain: ending.drain,
    close: ending.close,
  }
}

interface PartsOptions {
  readonly settings: CollectorSettings
  readonly keys: Keys
  readonly logger: FastifyBaseLogger
  readonly folder: DataFolder
  readonly onLost: (reason: CollectorError) => void
}

/** All between the socket and the log, with what follows it. Nothing of it runs before the store is started. */
function createParts({ settings, keys, logger, folder, onLost }: PartsOptions) {
  const { limits, commit, events, query } = settings
  const { log, storeSocket } = folder
  const refusals = createRefusals({ log: logger, monotonicMs: clock.monotonicMs })
  const warnings = createSchemaWarnings()
  const proxies = warnOfProxies(settings.proxies, logger)

  const store = createStoreProcess({
    settings: { dataFolder: folder.path, socketPath: storeSocket, query, logRoomBytes: logRoomOf(settings) },
    log: logger,
    clock,
    describeViews: () => describeViews(events),
    openSessions: () => sessions.openIds(),
    bytesAfter: log.bytesAfter,
    onCheckpoint: folder.removeBefore,
    onCounts: (counts) => readSide.counters.startFrom(counts),
    onReport(report) {
      readSide.counters.addReport(report)
      if (report.code === 'damaged_log' || report.code === 'missing_segment') commits.onStoreUp()
    },
    onUp: () => commits.onStoreUp(),
    onLost(reason) {
      logger.fatal(reason.message)
      onLost(reason)
    },
  })
  const reads = createReadClient(store, storeSocket)
  const otlp = settings.otlp && createOtlpExport({ settings: settings.otlp, folder, clock, logger })
  const readSide = createReadSide({
    ...{ settings, reads, refusals, warnings, clock, folder: folder.path },
    own: { log, store: store.figures, life: () => life, backups: () => backups, otlp: otlp?.figures },
    shared: undefined,
    life: () => life,
    sockets: () => sockets.sockets,
    openSessions: () => sessions.openIds().length,
  })

  const commits = createGroupCommit({
    ...{ ...commit, log, source: store, listener: readSide.listener, meter: readSide.meter },
    onSynced(end, events) {
      store.synced(end, events)
      otlp?.synced(end, events)
    },
    onForgotten: (sessionIds, until) => otlp?.forget(sessionIds, until),
    onFailure: createFailureLine(logger, clock.monotonicMs),
  })
  const { sessions, sockets, routes } = createWriteSide({
    ...{ settings, keys, commits, refusals, warnings, proxies, readSide },
    onSocket: store.socketChanged,
  })
  const life = createDataLife({
    ...{ ...settings, commits, store, log, clock, logger, folder: folder.path },
    validator: createEventValidator(limits, settings.events.schemas),
    counters: readSide.counters,
    onForgotten: readSide.forgetAnswers,
    sentTo: otlp?.figures.address,
    outdateBackups: () => backups.outdate(),
    onExpired: (receivedBeforeMs) => backups.expireBefore(receivedBeforeMs),
    async alsoRemove(nowMs) {
      await Promise.all([backups.removeOld(nowMs), removeOldMaps(settings, nowMs)])
    },
  })
  const backups = createBackups({
    ...{ data: folder.path, folder: resolve(settings.backups), store, wallMs: clock.wallMs, logger },
    keepMs: settings.retention.keepBackupsMs,
    logBegin: () => log.begin,
    keepLogFrom: (position) => folder.keepFrom('backup', position),
  })
  return { folder, store, reads, readSide, commits, sessions, sockets, routes, life, backups, otlp }
}

async function removeOldMaps({ retention, sourceMaps }: CollectorSettings, nowMs: number): Promise<void> {
  const { keepSourceMapsMs } = retention
  if (keepSourceMapsMs !== undefined) await sourceMaps.removeBefore?.(nowMs - keepSourceMapsMs)
}

type Parts = ReturnType<typeof createParts>

/** Each finds out where it stands before anything of the log may go. */
async function openFollowers({ backups, otlp, store, folder }: Parts): Promise<void> {
  await backups.start()
  await otlp?.open()
  await store.start(folder.log.end, storeStartMs)
}

/** Ends the parts in the order of the path: what was taken is committed and acknowledged first. */
function createEnding({ sockets, readSide, life, commits, reads, store, folder, otlp }: Parts) {
  let drained: Promise<void> | undefined
  let closed: Promise<void> | undefined
  return {
    get isBegun(): boolean {
      return drained !== undefined
    },
    drain: (): Promise<void> => (drained ??= drain()),
    close: (): Promise<void> => (closed ??= close()),
  }

  async function drain(): Promise<void> {
    sockets.stop()
    readSide.hangUp()
    life.close()
    await commits.settled()
    // The acks of the last commit are sent in the turn after it.
    await new Promise(setImmediate)
    await sockets.close()
    // Whoever still reads is told so now, or the server would wait for them first.
    void store.close()
    void otlp?.close()
  }

  async function close(): Promise<void> {
    await commits.settled()
    reads.close()
    await Promise.all([store.close(), otlp?.close()])
    await folder.close()
  }
}

/** A small bound of all that is stored wants a short log as well. */
const logRoomOf = ({ commit, retention }: CollectorSettings): number =>
  Math.min(commit.maxLogBytes, (retention.maxBytes ?? Number.POSITIVE_INFINITY) / 4)
