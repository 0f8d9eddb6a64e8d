/** Puts the appends of many sessions together into one group, a write a session. Pure. */
import type { AppendOutcome } from './commit-log.ts'
import { noEvents } from './encoded-events.ts'
import type { SessionBatch } from './session-batch.ts'
import { applyBatch, newRecord, type SessionRecord } from './session-record.ts'
import type { HeldRecord } from './session-records.ts'
import type { SessionWrite } from './session-write.ts'

export interface Append {
  readonly sessionId: string
  readonly expectedSeq: number
  readonly batch: SessionBatch
  resolve(outcome: AppendOutcome): void
}

export interface GroupPlan {
  /** Appends that start where their session stands, in order. */
  readonly taken: readonly Append[]
  readonly stale: readonly { readonly append: Append; readonly committedSeq: number }[]
  /** Appends of sessions that are not held. */
  readonly unheld: readonly Append[]
  /** The taken ones, one a session: no entry of a group may depend on another. */
  readonly writes: readonly SessionWrite[]
}

/** @param before where the sessions stand that are held */
export function planGroup(
  appends: readonly Append[],
  before: ReadonlyMap<string, Readonly<HeldRecord> | undefined>,
): GroupPlan {
  const taken: Append[] = []
  const stale: { append: Append; committedSeq: number }[] = []
  const unheld: Append[] = []
  const writes = new Map<string, SessionWrite & { readonly batches: SessionBatch[]; record: SessionRecord }>()
  for (const append of appends) {
    const { sessionId, expectedSeq, batch } = append
    const held = before.get(sessionId)
    if (!held) {
      unheld.push(append)
      continue
    }
    const write = writes.get(sessionId)
    const record = write?.record ?? held.record ?? newRecord(sessionId, batch.receivedAt)
    if (record.committedSeq !== expectedSeq) {
      stale.push({ append, committedSeq: record.committedSeq })
      continue
    }
    taken.push(append)
    const after = applyBatch(record, batch)
    if (write) {
      write.batches.push(batch)
      write.record = after
    } else {
      const unconfirmed = !held.isConfirmed
      writes.set(sessionId, { sessionId, from: expectedSeq, batches: [batch], record: after, unconfirmed })
    }
  }
  return { taken, stale, unheld, writes: [...writes.values()] }
}

/** Says where a session stands, and nothing new: a store that has less learns that the rest is gone. */
export function restate(record: SessionRecord): SessionWrite {
  const { sessionId, committedSeq, pushed, ended, lastSeenMs } = record
  const none = { events: noEvents, rejected: [], dropped: {}, missing: 0 }
  const batch = { ...none, upTo: committedSeq, pushed, end: ended, receivedAt: lastSeenMs }
  return { sessionId, from: committedSeq, batches: [batch], record, unconfirmed: false }
}
