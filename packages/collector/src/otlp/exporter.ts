/** Follows the log to a backend of OpenTelemetry: reads what is synced, sends it batch by batch, and keeps how far it is. */
import { messageOf } from '@downlink/protocol'
import { type SetTimer, systemTimer } from '../clock.ts'
import { decodeWrite, type SessionWrite } from '../commit/session-write.ts'
import { isSessionEntry } from '../log/entry.ts'
import type { LogFiles } from '../log/log-files.ts'
import { findGap, isSame, type Position, readLog } from '../log/read-log.ts'
import { createWaiters } from '../waiters.ts'
import { batchesOf, countLeft, type PassReason, type PlacedRecord } from './batches.ts'
import { encodeRequest } from './export-request.ts'
import { createForgottenSessions } from './forgotten-sessions.ts'
import { type LogEnd, noCounts, type OtlpCounts, type OtlpProgress, type OtlpReport } from './messages.ts'
import type { OtlpSettings } from './otlp-options.ts'
import type { SentPosition } from './position-file.ts'
import { createRetryingTransport } from './retrying-transport.ts'
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

export interface ExporterOptions {
  readonly settings: Pick<OtlpSettings, 'serviceName' | 'batchRecords' | 'batchBytes' | 'intervalMs'>
  readonly files: LogFiles
  readonly transport: Transport
  /** Where it stands at the start. */
  readonly position: SentPosition
  readonly end: LogEnd
  /** Makes durable how far it is. */
  readonly save: (position: SentPosition) => Promise<void>
  readonly onProgress: (progress: OtlpProgress) => void
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
  const { settings, files, transport, save, onProgress, onReport } = options
  const { random = Math.random, setTimer = systemTimer } = options
  const forgotten = createForgottenSessions()
  const retrying = createRetryingTransport({ transport, random, setTimer, onFailure })
  let { position, end } = options
  let isSaved = true
  /** Events between the two; undefined before they were counted. */
  let behind: number | undefined
  let skippedUntil: string | undefined
  let receivedMs = 0
  let isAway = false
  let isStopping = false
  /** Aborted where what was read is not to be sent as it is. */
  let reading = new AbortController()
  /** Aborted where the backend is not to be waited for. */
  let sending = new AbortController()
  const waiters = createWaiters(setTimer)
  let stopping: Promise<void> | undefined
  const running = run()

  return {
    follow(next) {
      if (behind !== undefined) behind += next.events - end.events
      end = next
      waiters.changed()
    },
    forget(sessionIds, until) {
      forgotten.add(sessionIds, until)
      readAnew()
    },
    skipTo(segment) {
      if (segment === skippedUntil) return
      skippedUntil = segment
      readAnew()
    },
    stop: () => (stopping ??= stop()),
  }

  async function run(): Promise<void> {
    while (!(isStopping && (isAway || isSame(position, end.position)))) {
      reading = new AbortController()
      sending = new AbortController()
      try {
        if (!isSaved) await keep()
        behind ??= await survey()
        await lookForGap()
        await sendUpTo(end)
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
    while (!(await waiters.until(() => isOver() || !isSame(position, end.position), idleMs)));
  }

  /** A request that is under way goes on, unless the backend is away: what it has may be there already. */
  function readAnew(): void {
    reading.abort()
    if (isAway) sending.abort()
    waiters.changed()
  }

  /** Where the log has gone without it, it is begun at the oldest of what is left. */
  async function lookForGap(): Promise<void> {
    const oldest = position.segment === end.position.segment ? undefined : await findGap(files, position)
    if (oldest) await stepOverGap({ ...oldest, events: 0 })
  }

  async function stepOverGap(after: SentPosition): Promise<void> {
    onReport({ code: 'gap' })
    await moveTo(after, { gaps: 1 })
    // What is gone was among them.
    behind = await survey()
  }

  /** What stands before it in the log: how many events, and whose are to be forgotten. */
  async function survey(): Promise<number> {
    const target = end
    let events = 0
    for await (const record of readLog(files, position, target.position)) {
      if (record.kind !== 'entry') continue
      if (isSessionEntry(record.entry)) events += countLeft(decodeWrite(record.entry), record.begin, position)
      else if ('forgotten' in record.entry.head) forgotten.add(record.entry.head.forgotten ?? [], record.end)
    }
    return events + end.events - target.events
  }

  async function sendUpTo(target: LogEnd): Promise<void> {
    const log = readLog(files, position, target.position)
    for await (const batch of batchesOf(log, position, { ...settings, passReason })) {
      reading.signal.throwIfAborted()
      receivedMs = batch.receivedMs
      if (batch.kind === 'send') await deliver(batch.records, batch.after)
      else if (batch.kind === 'gap') await stepOverGap(batch.after)
      else {
        if (batch.reason === 'skipped') onReport({ code: 'skipped', events: batch.events })
        await moveTo(batch.after, { [batch.reason]: batch.events })
      }
    }
    const left = end.events - target.events
    if (behind === left && isSame(position, target.position)) return
    // The log may hold less than was counted: what was forgotten since is written over.
    behind = left
    await moveTo({ ...target.position, events: 0 }, {})
  }

  function passReason(write: SessionWrite, begin: Position): PassReason | undefined {
    if (skippedUntil !== undefined && begin.segment < skippedUntil) return 'skipped'
    return forgotten.has(write, begin) ? 'forgotten' : undefined
  }

  /** A body that is refused is halved until the culprit stands alone. */
  async function deliver(records: readonly PlacedRecord[], after: SentPosition): Promise<void> {
    reading.signal.throwIfAborted()
    const outcome = await retrying.send(encodeRequest(records), sending.signal)
    if (isAway) onReport({ code: 'back' })
    isAway = false
    if (outcome.kind === 'accepted') {
      const rejected = Math.min(outcome.rejected, records.length)
      if (rejected > 0) onReport({ code: 'rejected', records: rejected })
      return moveTo(after, { sent: records.length - rejected, rejected })
    }
    const middle = Math.ceil(records.length / 2)
    const [first, second] = [records.slice(0, middle), records.slice(middle)]
    const last = first.at(-1)
    if (!last || second.length === 0) {
      if (last) onReport({ code: 'refused', sessionId: last.sessionId, seq: last.seq, reason: outcome.reason })
      return moveTo(after, { rejected: records.length })
    }
    await deliver(first, last.after)
    await deliver(second, after)
  }

  async function moveTo(next: SentPosition, changes: Partial<OtlpCounts>): Promise<void> {
    const counts = { ...noCounts, ...changes }
    position = next
    isSaved = false
    if (behind !== undefined) behind -= counts.sent + counts.rejected + counts.forgotten + counts.skipped
    await keep()
    onProgress({ ...progress(), position, counts })
  }

  async function keep(): Promise<void> {
    await save(position)
    isSaved = true
  }

  function onFailure(reason: string): void {
    if (!isAway) onReport({ code: 'away', reason })
    isAway = true
    onProgress({ ...progress(), failure: reason, counts: { ...noCounts, failures: 1 } })
    // Of a request that was under way it is known only now that it is not to be made again.
    if (isStopping || reading.signal.aborted) readAnew()
  }

  function progress() {
    return { behind: { events: behind ?? 0, of: end.events }, receivedMs }
  }

  async function stop(): Promise<void> {
    isStopping = true
    const giveUp = (): void => {
      isAway = true
      readAnew()
    }
    if (isAway) giveUp()
    else waiters.changed()
    const cancel = setTimer(giveUp, lastSendMs)
    await running
    cancel()
  }
}
