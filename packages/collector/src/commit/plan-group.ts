/** Puts the appends of many sessions together into one group, a write a session. Pure. */
import type { AppendOutcome } from './commit-log.ts'
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
  /** Appends that start where their session stands, in order, and that it takes. */
  readonly taken: readonly Append[]
  readonly stale: readonly { readonly append: Append; readonly committedSeq: number }[]
  /** Appends of sessions that are not held. */
  readonly unheld: readonly Append[]
  /** The taken ones, one a session: no entry of a group may depend on another. */
  readonly writes: readonly SessionWrite[]
}

/** @param heldOf where a session stands; undefined for one that is not held */
export function planGroup(
  appends: readonly Append[],
  heldOf: (sessionId: string) => Readonly<HeldRecord> | undefined,
): GroupPlan {
  const taken: Append[] = []
  const stale: { append: Append; committedSeq: number }[] = []
  const unheld: Append[] = []
  const writes = new Map<string, SessionWrite & { readonly batches: SessionBatch[]; record: SessionRecord }>()
  for (const append of appends) {
    const { sessionId, expectedSeq, batch } = append
    const held = heldOf(sessionId)
    if (!held) {
      unheld.push(append)
      continue
    }
    const write = writes.get(sessionId)
    const record = write?.record ?? held.record ?? newRecord(sessionId, batch.receivedAt)
    // Of one that was forgotten, also by what stands before it here, no more is taken that does not say so.
    const isForgotten = record.forgottenAtMs !== undefined && !batch.restarts && batch.forgetsAtMs === undefined
    if (record.committedSeq !== expectedSeq || isForgotten) {
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

/** Answers those that are not taken. */
export function refuse({ unheld, stale }: GroupPlan): void {
  // Its session was let go after a failure, and is read anew.
  for (const { resolve } of unheld) resolve({ kind: 'unavailable' })
  for (const { append, committedSeq } of stale) append.resolve({ kind: 'stale', committedSeq })
}

/** Answers those that are taken, once they are durable. */
export function acknowledge({ taken, writes }: GroupPlan): void {
  const records = new Map(writes.map(({ record }) => [record.sessionId, record]))
  for (const { sessionId, batch, resolve } of taken) {
    const record = records.get(sessionId)
    if (record) resolve({ kind: 'committed', record, rejected: batch.rejected })
  }
}
