/** Handles the process that sends events to a backend of OpenTelemetry as its collector sees it: kept running, and told how far the log is synced. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { messageOf } from '@downlink/protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import type { DataFolder } from '../data-folder.ts'
import { CollectorError } from '../errors.ts'
import type { Position } from '../log/read-log.ts'
import type { LogWriter } from '../log/write-log.ts'
import type { OtlpFigures } from '../metrics/metrics.ts'
import { type Child, type ChildListener, spawnChild } from '../store-process/spawn-child.ts'
import { createSupervisor } from '../store-process/supervisor.ts'
import { type FromOtlp, type LogEnd, noCounts, type OtlpCounts, type OtlpProgress, type ToOtlp } from './messages.ts'
import type { OtlpSettings } from './otlp-options.ts'
import { createOtlpReports } from './otlp-reports.ts'
import { positionFile, readSentPosition, type SentPosition, writeSentPosition } from './position-file.ts'

export interface OtlpExport {
  readonly figures: OtlpFigures
  /**
   * Finds out how far the log was sent.
   *
   * @throws {CollectorError} `data_unusable` where that can't be read or kept
   */
  open(): Promise<void>
  start(): void
  /** The log is synced up to here, by so many events more. */
  synced(end: Position, events: number): void
  /** Nothing of these sessions is sent any more that stands before a place of the log. */
  forget(sessionIds: readonly string[], until: Position): void
  /** Sends what there is, for two seconds at most. Idempotent. */
  close(): Promise<void>
}

export interface OtlpExportOptions {
  readonly settings: OtlpSettings
  readonly folder: Pick<DataFolder, 'path' | 'keepFrom'> & {
    readonly log: Pick<LogWriter, 'begin' | 'end' | 'bytesAfter' | 'oldestWithin'>
  }
  readonly clock: Clock
  readonly logger: FastifyBaseLogger
  readonly spawn?: SpawnOtlp
}

export type OtlpChild = Child<ToOtlp>
export type SpawnOtlp = (listener: ChildListener<FromOtlp>) => OtlpChild

const otlpMain = fileURLToPath(new URL('../otlp-main.js', import.meta.url))
const spawnOtlp: SpawnOtlp = (listener) => spawnChild(otlpMain, listener)

/** Nobody waits for it to be told. */
const intervalMs = 100

export function createOtlpExport(options: OtlpExportOptions): OtlpExport {
  const { settings, folder, clock, logger, spawn = spawnOtlp } = options
  const { log } = folder
  const reports = createOtlpReports(logger, clock.monotonicMs)
  const supervisor = createSupervisor<OtlpChild, FromOtlp>({
    spawn,
    now: clock.monotonicMs,
    onStarted: (child) => child.send({ kind: 'start', settings, dataFolder: folder.path, end }),
    onMessage,
    // What it waits for has a deadline of its own.
    isStuck: () => false,
    onExit(exit, { isStartedAgain }) {
      if (isStartedAgain)
        logger.error({ exit }, 'The process that sends to OpenTelemetry has ENDED, and is started again')
    },
  })
  const { origin, pathname } = new URL(settings.url)
  let end: LogEnd = { position: log.end, events: 0 }
  let position: SentPosition | undefined
  let counts = noCounts
  let failure: string | undefined
  let behind: OtlpProgress['behind'] = { events: 0, of: 0 }
  let receivedMs = 0
  let timer: NodeJS.Timeout | undefined

  return {
    figures: {
      address: origin + pathname,
      get failure() {
        return failure
      },
      get lag() {
        return lag()
      },
      get sent() {
        return counts.sent
      },
      get rejected() {
        return counts.rejected
      },
      get forgotten() {
        return counts.forgotten
      },
      get skipped() {
        return counts.skipped
      },
      get gaps() {
        return counts.gaps
      },
      get failures() {
        return counts.failures
      },
    },

    async open() {
      const path = join(folder.path, positionFile)
      position = await openPosition(path).catch((cause: unknown) => {
        throw new CollectorError('data_unusable', `Can't keep in ${path} what was sent: ${messageOf(cause)}`, { cause })
      })
      folder.keepFrom('export', position)
    },

    start() {
      logger.info({ address: origin + pathname }, 'Events are sent on to OpenTelemetry')
      supervisor.start()
    },

    synced(next, events) {
      end = { position: next, events: end.events + events }
      timer ??= setTimeout(tell, intervalMs)
    },

    forget(sessionIds, until) {
      supervisor.child?.send({ kind: 'forget', sessionIds, until })
    },

    close() {
      tell()
      return supervisor.close()
    },
  }

  async function openPosition(path: string): Promise<SentPosition> {
    const found = await readSentPosition(path)
    if (found && found !== 'unreadable') return found
    if (found) logger.error({ path }, 'How far the log was sent can not be read: all of it is sent again')
    // The first time what was there before is nobody's to send.
    const begin = { ...(found ? log.begin : log.end), events: 0 }
    await writeSentPosition(path, begin)
    return begin
  }

  function tell(): void {
    clearTimeout(timer)
    timer = undefined
    const { child } = supervisor
    child?.send({ kind: 'synced', end })
    if (log.bytesAfter(position) <= settings.maxBacklogBytes) return
    child?.send({ kind: 'skip', segment: log.oldestWithin(settings.maxBacklogBytes) })
  }

  function onMessage(message: FromOtlp): void {
    supervisor.ready()
    if (message.kind === 'report') reports.add(message.report)
    else take(message.progress)
  }

  function take(progress: OtlpProgress): void {
    if (progress.position) {
      position = progress.position
      folder.keepFrom('export', position)
    }
    counts = addCounts(counts, progress.counts)
    failure = progress.failure
    behind = progress.behind
    receivedMs = progress.receivedMs
  }

  function lag(): OtlpFigures['lag'] {
    const events = behind.events + end.events - behind.of
    const ms = events > 0 && receivedMs > 0 ? Math.max(0, clock.wallMs() - receivedMs) : 0
    return { events, bytes: log.bytesAfter(position), ms }
  }
}

const addCounts = (one: OtlpCounts, other: OtlpCounts): OtlpCounts => ({
  sent: one.sent + other.sent,
  rejected: one.rejected + other.rejected,
  forgotten: one.forgotten + other.forgotten,
  skipped: one.skipped + other.skipped,
  gaps: one.gaps + other.gaps,
  failures: one.failures + other.failures,
})
