/** Sends what the log holds, in order: counts what is left, steps over gaps, and passes over what nobody is to get. */
import { decodeWrite, type SessionWrite } from '../commit/session-write.ts'
import { isSessionEntry } from '../log/entry.ts'
import type { LogFiles } from '../log/log-files.ts'
import { findGap, isSame, type Position, readLog } from '../log/read-log.ts'
import { type BatchOptions, batchesOf, countLeft, type PassReason } from './batches.ts'
import type { Delivery } from './delivery.ts'
import { createForgottenSessions } from './forgotten-sessions.ts'
import type { OtlpReport } from './messages.ts'
import type { SentPosition } from './position-file.ts'
import type { SentProgress } from './sent-progress.ts'

export interface LogSender {
  /** Nothing of these sessions is sent any more that stands before a place of the log. */
  forget(sessionIds: readonly string[], until: Position): void
  /** What stands before this segment is passed over, and counted. @returns whether that is news */
  skipTo(segment: string): boolean
  /**
   * Sends all that is synced by now.
   *
   * @param reading aborted where what was read is not to be sent as it is
   * @throws where the log can't be read, or the progress not be kept; the reason of `reading`, and what `Delivery` throws
   */
  send(reading: AbortSignal): Promise<void>
}

export interface LogSenderOptions {
  readonly settings: Omit<BatchOptions, 'passReason'>
  readonly files: LogFiles
  readonly progress: SentProgress
  readonly delivery: Pick<Delivery, 'deliver'>
  readonly onReport: (report: OtlpReport) => void
}

export function createLogSender({ settings, files, progress, delivery, onReport }: LogSenderOptions): LogSender {
  const forgotten = createForgottenSessions()
  let skippedUntil: string | undefined

  return {
    forget: forgotten.add,
    skipTo(segment) {
      const isNews = segment !== skippedUntil
      skippedUntil = segment
      return isNews
    },
    async send(reading) {
      await progress.save()
      if (progress.behind === undefined) progress.counted(await survey())
      await lookForGap()
      await sendUpToEnd(reading)
    },
  }

  /** What is left of the log: how many events, and whose are to be forgotten. */
  async function survey(): Promise<number> {
    const { position, end: target } = progress
    let events = 0
    for await (const record of readLog(files, position, target.position)) {
      if (record.kind !== 'entry') continue
      if (isSessionEntry(record.entry)) events += countLeft(decodeWrite(record.entry), record.begin, position)
      else if ('forgotten' in record.entry.head) forgotten.add(record.entry.head.forgotten ?? [], record.end)
    }
    return events + progress.end.events - target.events
  }

  /** Where the log has gone without it, it is begun at the oldest of what is left. */
  async function lookForGap(): Promise<void> {
    const { position, end } = progress
    const oldest = position.segment === end.position.segment ? undefined : await findGap(files, position)
    if (oldest) await stepOverGap({ ...oldest, events: 0 })
  }

  async function stepOverGap(after: SentPosition): Promise<void> {
    onReport({ code: 'gap' })
    await progress.moveTo(after, { gaps: 1 })
    // What is gone was among them.
    progress.counted(await survey())
  }

  async function sendUpToEnd(reading: AbortSignal): Promise<void> {
    const { position, end: target } = progress
    const log = readLog(files, position, target.position)
    for await (const batch of batchesOf(log, position, { ...settings, passReason })) {
      reading.throwIfAborted()
      progress.reached(batch.receivedMs)
      if (batch.kind === 'send') await delivery.deliver(batch.records, batch.after, reading)
      else if (batch.kind === 'gap') await stepOverGap(batch.after)
      else {
        if (batch.reason === 'skipped') onReport({ code: 'skipped', events: batch.events })
        await progress.moveTo(batch.after, { [batch.reason]: batch.events })
      }
    }
    const left = progress.end.events - target.events
    if (progress.behind === left && isSame(progress.position, target.position)) return
    // The log may hold less than was counted: what was forgotten since is written over.
    progress.counted(left)
    await progress.moveTo({ ...target.position, events: 0 }, {})
  }

  function passReason(write: SessionWrite, begin: Position): PassReason | undefined {
    if (skippedUntil !== undefined && begin.segment < skippedUntil) return 'skipped'
    return forgotten.has(write, begin) ? 'forgotten' : undefined
  }
}
