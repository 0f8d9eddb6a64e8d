/**
 * Judges whether a write that was read can be brought to where its session stands. A checksum says that it is as it was
 * written; who wrote it may have been another version, or somebody else.
 */
import type { SessionBatch } from './session-batch.ts'
import type { SessionRecord } from './session-record.ts'
import type { SessionWrite } from './session-write.ts'

/** What is not sound would end whoever applies it, each time. Never throws. */
export function isSound({ sessionId, from, batches, record }: SessionWrite): boolean {
  let start = from
  return (
    record.sessionId === sessionId &&
    isSoundRecord(record) &&
    Array.isArray(batches) &&
    batches.every((batch) => {
      const isNext = isCount(batch.upTo) && batch.upTo >= start
      start = batch.upTo
      return isNext && isSoundBatch(batch)
    })
  )
}

function isSoundRecord({
  committedSeq,
  pushed,
  stored,
  expired,
  forgotten,
  missing,
  conn = 0,
  rejected,
  dropped,
  firstSeenMs,
  lastSeenMs,
}: SessionRecord): boolean {
  return (
    [committedSeq, pushed, stored, expired, forgotten, missing, conn].every(isCount) &&
    [rejected, dropped].every(areCounts) &&
    [firstSeenMs, lastSeenMs].every(Number.isFinite)
  )
}

function isSoundBatch({
  pushed,
  missing,
  conn = 0,
  dropped,
  rejected,
  rejectedMore = {},
  receivedAt,
  events,
  labels,
}: SessionBatch) {
  return (
    [pushed, missing, conn].every(isCount) &&
    [dropped, rejectedMore].every(areCounts) &&
    Number.isFinite(receivedAt) &&
    Array.isArray(rejected) &&
    rejected.every(({ seq }) => isCount(seq)) &&
    (labels === undefined || Array.isArray(labels.earlier)) &&
    events.isWhole
  )
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

const areCounts = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every(isCount)
