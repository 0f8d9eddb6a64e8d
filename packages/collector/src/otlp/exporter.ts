/** Follows the log to a backend of OpenTelemetry: sends what comes, batch by batch, until it is stopped. */
import { messageOf } from '@downlink/protocol'
import { type SetTimer, systemTimer } from '../clock.ts'
import type { LogFiles } from '../log/log-files.ts'
import type { Position } from '../log/read-log.ts'
import { createWaiters } from '../waiters.ts'
import { createDelivery } from './delivery.ts'
import { createLogSender } from './log-sender.ts'
import type { LogEnd, OtlpReport } from './messages.ts'
import type { OtlpSettings } from './otlp-options.ts'
import { createSentProgress, type SentProgressOptions } from './sent-progress.ts'
import type { Transport } from './transport.ts'

export interface Exporter {
  /** The log is synced up to here, and may be read so far. */
  follow(end: LogEnd): void
  /** Nothing of these sessions is sent any more that stands before a place of the log. */
  forget(sessionIds: readonly string[], until: Position): void
  /** What stands before this segment is passed over, and counted. */
  skipTo(segment: string): void
  /** Sends what there is, as far as the backend takes it at once. Resolves when nothing is under way. Idempotent. */
  stop(): Promise<void>
}

export interface ExporterOptions extends SentProgressOptions {
  readonly settings: Pick<OtlpSettings, 'serviceName' | 'batchRecords' | 'batchBytes' | 'intervalMs'>
  readonly files: LogFiles
  readonly transport: Transport
  readonly onReport: (report: OtlpReport) => void
  readonly random?: () => number
  readonly setTimer?: SetTimer
}

/** At the end. */
const lastSendMs = 2000
/** From one look to the next, where nothing comes. */
const idleMs = 60_000
/** After a failure that has nothing to do with the backend. */
const retryMs = 1000

export function createExporter(options: ExporterOptions): Exporter {
  const { settings, onReport, setTimer = systemTimer } = options
  const waiters = createWaiters(setTimer)
  const progress = createSentProgress(options)
  const delivery = createDelivery({ ...options, progress, onFailure })
  const sender = createLogSender({ ...options, progress, delivery })
  /** Aborted where what was read is not to be sent as it is. */
  let reading = new AbortController()
  let isStopping = false
  let stopping: Promise<void> | undefined
  const running = run()

  return {
    follow(end) {
      progress.follow(end)
      waiters.changed()
    },
    forget(sessionIds, until) {
      sender.forget(sessionIds, until)
      readAnew()
    },
    skipTo(segment) {
      if (sender.skipTo(segment)) readAnew()
    },
    stop: () => (stopping ??= stop()),
  }

  async function run(): Promise<void> {
    while (!(isStopping && (delivery.isAway || progress.isAtEnd))) {
      reading = new AbortController()
      delivery.begin()
      try {
        await sender.send(reading.signal)
        if (!isStopping) await more()
      } catch (error) {
        if (reading.signal.aborted) continue
        onReport({ code: 'failed', reason: messageOf(error) })
        if (isStopping) return
        await waiters.until(() => isStopping, retryMs)
      }
    }
  }

  /** Events wait for others, so that not each of them is a request of its own. */
  async function more(): Promise<void> {
    const isOver = (): boolean => isStopping || reading.signal.aborted
    await waiters.until(isOver, settings.intervalMs)
    while (!(await waiters.until(() => isOver() || !progress.isAtEnd, idleMs)));
  }

  /** A request that is under way goes on, unless the backend is away: what it has may be there already. */
  function readAnew(): void {
    reading.abort()
    delivery.giveUpIfAway()
    waiters.changed()
  }

  /** Of a request that was under way it is known only now that it is not to be made again. */
  function onFailure(): void {
    if (isStopping || reading.signal.aborted) readAnew()
  }

  async function stop(): Promise<void> {
    isStopping = true
    if (delivery.isAway) readAnew()
    else waiters.changed()
    const cancel = setTimer(giveUp, lastSendMs)
    await running
    cancel()
  }

  function giveUp(): void {
    delivery.giveUp()
    readAnew()
  }
}
