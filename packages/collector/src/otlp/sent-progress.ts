/** Keeps how far the log was sent, and how many events are left: each step is durable before the next one, and is told. */
import { isSame } from '../log/read-log.ts'
import { type LogEnd, noCounts, type OtlpCounts, type OtlpProgress } from './messages.ts'
import type { SentPosition } from './position-file.ts'

export interface SentProgress {
  /** All before it was sent, or passed over. */
  readonly position: SentPosition
  /** Up to here the log is synced. */
  readonly end: LogEnd
  readonly isAtEnd: boolean
  /** Events between the two; undefined before they were counted. */
  readonly behind: number | undefined
  follow(end: LogEnd): void
  /** So many events are between the two. */
  counted(behind: number): void
  /** It came to an event that was received then, in ms since 1970. */
  reached(receivedMs: number): void
  /** Rejects where the place can't be kept: `save` tries it again. */
  moveTo(position: SentPosition, changes: Partial<OtlpCounts>): Promise<void>
  /** Makes the place durable where it is not. */
  save(): Promise<void>
  /** A request has to be made again. */
  failed(reason: string): void
}

export interface SentProgressOptions {
  /** Where it stands at the start. */
  readonly position: SentPosition
  readonly end: LogEnd
  /** Makes durable how far it is. */
  readonly save: (position: SentPosition) => Promise<void>
  readonly onProgress: (progress: OtlpProgress) => void
}

export function createSentProgress({ save, onProgress, ...start }: SentProgressOptions): SentProgress {
  let { position, end } = start
  let isSaved = true
  let behind: number | undefined
  let receivedMs = 0

  const progress: SentProgress = {
    get position() {
      return position
    },
    get end() {
      return end
    },
    get isAtEnd() {
      return isSame(position, end.position)
    },
    get behind() {
      return behind
    },
    follow(next) {
      if (behind !== undefined) behind += next.events - end.events
      end = next
    },
    counted(events) {
      behind = events
    },
    reached(ms) {
      receivedMs = ms
    },
    async moveTo(next, changes) {
      const counts = { ...noCounts, ...changes }
      position = next
      isSaved = false
      if (behind !== undefined) behind -= counts.sent + counts.rejected + counts.forgotten + counts.skipped
      await progress.save()
      onProgress({ ...figures(), position, counts })
    },
    async save() {
      if (isSaved) return
      await save(position)
      isSaved = true
    },
    failed: (failure) => onProgress({ ...figures(), failure, counts: { ...noCounts, failures: 1 } }),
  }
  return progress

  function figures() {
    return { behind: { events: behind ?? 0, of: end.events }, receivedMs }
  }
}
