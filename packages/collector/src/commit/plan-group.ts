/** Puts the appends of many sessions together into one transaction. Pure. */
import type { AppendOutcome } from './commit-log.ts'
import type { RejectedEvent, SessionBatch } from './session-batch.ts'
import { applyBatch, newRecord, type SessionRecord } from './session-record.ts'
import type { EventRun, WriteGroup } from './session-store.ts'

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
  /** Where each session stands after the group. */
  readonly after: ReadonlyMap<string, SessionRecord>
  readonly group: WriteGroup
}

/** @param before where the sessions stand; one that is absent has never been seen */
export function planGroup(appends: readonly Append[], before: ReadonlyMap<string, SessionRecord>): GroupPlan {
  const taken: Append[] = []
  const stale: { append: Append; mark: number }[] = []
  const after = new Map<string, SessionRecord>()
  const events: EventRun[] = []
  const rejected: RejectedEvent[] = []
  for (const append of appends) {
    const { sessionId, expectedMark, batch } = append
    const record = after.get(sessionId) ?? before.get(sessionId) ?? newRecord(sessionId, batch.receivedAt)
    if (record.mark !== expectedMark) {
      stale.push({ append, mark: record.mark })
      continue
    }
    taken.push(append)
    after.set(sessionId, applyBatch(record, batch))
    if (batch.events.length > 0) events.push({ sessionId, receivedAt: batch.receivedAt, events: batch.events })
    for (const event of batch.rejected) rejected.push(event)
  }
  return { taken, stale, after, group: { events, rejected, sessions: [...after.values()] } }
}
