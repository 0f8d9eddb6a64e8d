/** Puts the appends of many sessions together into one group, a write a session. Pure. */
import type { AppendOutcome } from './commit-log.ts'
import type { SessionBatch } from './session-batch.ts'
import { applyBatch, newRecord, type SessionRecord } from './session-record.ts'
import type { SessionWrite } from './session-write.ts'

export interface Append {
  readonly sessionId: string
  readonly expectedMark: number
  readonly batch: SessionBatch
  settle(outcome: AppendOutcome): void
}

export interface GroupPlan {
  /** Appends that start where their session stands, in order. */
  readonly taken: readonly Append[]
  readonly stale: readonly { readonly append: Append; readonly mark: number }[]
  /** The taken ones, one a session: no entry of a group may depend on another. */
  readonly writes: readonly SessionWrite[]
}

/** @param before where the sessions stand; one that is absent has never been seen */
export function planGroup(appends: readonly Append[], before: ReadonlyMap<string, SessionRecord>): GroupPlan {
  const taken: Append[] = []
  const stale: { append: Append; mark: number }[] = []
  const writes = new Map<string, { sessionId: string; from: number; batches: SessionBatch[]; record: SessionRecord }>()
  for (const append of appends) {
    const { sessionId, expectedMark, batch } = append
    const write = writes.get(sessionId)
    const record = write?.record ?? before.get(sessionId) ?? newRecord(sessionId, batch.receivedAt)
    if (record.mark !== expectedMark) {
      stale.push({ append, mark: record.mark })
      continue
    }
    taken.push(append)
    const after = applyBatch(record, batch)
    if (write) {
      write.batches.push(batch)
      write.record = after
    } else writes.set(sessionId, { sessionId, from: expectedMark, batches: [batch], record: after })
  }
  return { taken, stale, writes: [...writes.values()] }
}

/** Says where a session stands, and nothing new: a store that has less learns that the rest is gone. */
export function restate(record: SessionRecord): SessionWrite {
  const { sessionId, mark, pushed, ended, lastSeenMs } = record
  const none = { events: [], rejected: [], dropped: {}, missing: 0 }
  const batch = { ...none, upTo: mark, pushed, end: ended, receivedAt: lastSeenMs }
  return { sessionId, from: mark, batches: [batch], record }
}
