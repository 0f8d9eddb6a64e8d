/** What group commit needs of a database. */
import type { AcceptedEvent, RejectedEvent } from './session-batch.ts'
import type { SessionRecord } from './session-record.ts'

export interface SessionStore {
  /** Those of the sessions that the store knows. Rejects where it can't be read. */
  readSessions(sessionIds: readonly string[]): Promise<ReadonlyMap<string, SessionRecord>>
  /** One transaction, durable when it resolves. Never rejects. */
  write(group: WriteGroup): Promise<WriteOutcome>
  /** Would this run be written? Leaves no trace. Never rejects. */
  tryEvent(run: EventRun): Promise<WriteOutcome>
}

export interface WriteGroup {
  readonly events: readonly EventRun[]
  readonly rejected: readonly RejectedEvent[]
  readonly sessions: readonly SessionRecord[]
}

/** Events of one batch. */
export interface EventRun {
  readonly sessionId: string
  readonly receivedAt: number
  readonly events: readonly AcceptedEvent[]
}

export type WriteOutcome =
  | { readonly kind: 'written' }
  /** Something in the group can't be stored, ever. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nothing can be stored now. */
  | { readonly kind: 'unavailable'; readonly reason: string }
