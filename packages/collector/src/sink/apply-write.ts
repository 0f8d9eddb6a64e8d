/**
 * Brings a write of the log to where its session stands in the store. Pure.
 *
 * A log is read again after a crash, and a log or a database may be an older copy: so what was there before is trimmed,
 * at any sequence, and what is not there at all is missing.
 */
import type { DropCounts } from '@downlink/protocol'
import { encodeEvents, noEvents } from '../commit/encoded-events.ts'
import type { EarlierLabels, SessionBatch } from '../commit/session-batch.ts'
import { applyBatch, countRejected, newRecord, type SessionRecord } from '../commit/session-record.ts'
import type { SessionWrite } from '../commit/session-write.ts'
import { applyLabels } from './apply-labels.ts'

export interface AppliedWrite {
  /** What of it is new. */
  readonly batches: readonly SessionBatch[]
  readonly record: SessionRecord
  /** Those that ended. */
  readonly labels: readonly EarlierLabels[]
  /** All up to this sequence was to be forgotten. */
  readonly forgottenUpTo?: number | undefined
  /** Sequences that no entry holds: only after damage, or where an older copy was put back. */
  readonly lost: number
  /** Sequences of a write whose sender has another proof than the session: nothing of it counts. */
  readonly foreign: number
}

/** @param before undefined where the store has never seen the session */
export function applyWrite(write: SessionWrite, before: SessionRecord | undefined): AppliedWrite {
  if (write.unconfirmed && before && before.proofHash !== write.record.proofHash) {
    return { batches: [], record: before, labels: [], lost: 0, foreign: write.record.committedSeq - write.from }
  }
  let record = before ?? unseen(write.record)
  const lost = Math.max(0, write.from - record.committedSeq)
  let start = write.from
  let forgottenUpTo: number | undefined
  const batches = write.batches.map((batch, at) => {
    const trimmed = trimBatch(batch, start, record)
    start = batch.upTo
    if (trimmed.forgetsAtMs !== undefined) forgottenUpTo = batch.upTo
    const whole = at === 0 && lost > 0 ? { ...trimmed, missing: trimmed.missing + lost } : trimmed
    if (record.forgottenAtMs === undefined || whole.restarts) {
      record = applyBatch(record, whole)
      return whole
    }
    const counted = withoutContent(whole)
    record = { ...applyBatch(record, counted), forgotten: record.forgotten + whole.events.length }
    return counted
  })
  if (record.forgottenAtMs !== undefined) return { batches, record, labels: [], forgottenUpTo, lost, foreign: 0 }
  const { ended, ...labels } = applyLabels(write, before?.forgottenAtMs === undefined ? before : undefined)
  return {
    ...{ batches, record: { ...record, labelsFrom: undefined, ...labels }, labels: ended },
    ...{ forgottenUpTo, lost, foreign: 0 },
  }
}

/** What introduced the session may stand in an entry that is gone; each entry's record has it, too. */
function unseen({
  sessionId,
  firstSeenMs,
  delivery,
  proofHash,
  clockOffsetMs,
  ...record
}: SessionRecord): SessionRecord {
  const { build, labels, schema } = record
  const metadata = { delivery, proofHash, clockOffsetMs, build, labels, schema }
  return { ...newRecord(sessionId, firstSeenMs), ...metadata }
}

/** An entry behind the operation that forgot its session must not revive it: nothing of it is kept but numbers. */
function withoutContent({ metadata: _person, labels: _personal, ...batch }: SessionBatch): SessionBatch {
  return { ...countRejected(batch), events: noEvents }
}

function trimBatch(batch: SessionBatch, from: number, { committedSeq }: SessionRecord): SessionBatch {
  if (from >= committedSeq) return batch
  const { metadata: _older, forgetsAtMs: _past, rejectedMore = {}, ...rest } = batch
  if (batch.upTo <= committedSeq)
    return { ...rest, upTo: committedSeq, events: noEvents, rejected: [], dropped: {}, missing: 0 }
  const events = batch.events.decode().filter(({ seq }) => seq > committedSeq)
  const rejected = batch.rejected.filter(({ seq }) => seq > committedSeq)
  // What the sender had lost stands at the begin of a batch.
  const missing = Math.max(0, from + batch.missing - committedSeq)
  const unplaced = batch.upTo - committedSeq - events.length - rejected.length - missing
  const more = lastOf(rejectedMore, unplaced)
  const dropped = lastOf(batch.dropped, unplaced - more.taken)
  return {
    ...rest,
    events: encodeEvents(events),
    rejected,
    rejectedMore: more.counts,
    missing,
    dropped: dropped.counts,
  }
}

/** So many of what a batch only counts: it tells how many of each reason or code there were, not where. */
function lastOf(counts: DropCounts | Readonly<Record<string, number>>, count: number) {
  const kept: Record<string, number> = {}
  let left = count
  for (const [name, events] of Object.entries(counts).reverse()) {
    const share = Math.min(events, left)
    if (share > 0) kept[name] = share
    left -= share
  }
  return { counts: kept, taken: count - left }
}
