/** The port between sessions and what makes them durable. Whoever implements it owns every session's committed mark. */
import type { RejectedEvent, SessionBatch } from './session-batch.ts'
import type { SessionRecord } from './session-record.ts'

export interface CommitLog {
  /** What is committed of a session, after all that was appended before. Never rejects. */
  read(sessionId: string): Promise<ReadOutcome>
  /** Tells of a session that nobody can have seen: its id was made a moment ago. */
  begin(sessionId: string): void
  /**
   * Makes a batch durable. Never rejects. Appends of one session take effect in their order.
   *
   * @param expectedMark the mark that the batch starts from; another one in the store makes the append stale
   */
  append(sessionId: string, expectedMark: number, batch: SessionBatch): Promise<AppendOutcome>
  /** Resolves once all that was appended is settled. */
  settled(): Promise<void>
}

export type ReadOutcome =
  | { readonly kind: 'known'; readonly record: SessionRecord }
  /** It was never seen. */
  | { readonly kind: 'unknown' }
  /** Nobody can tell now. */
  | { readonly kind: 'unavailable' }

export type AppendOutcome =
  /** Durable. `rejected` are the batch's own. */
  | { readonly kind: 'committed'; readonly record: SessionRecord; readonly rejected: readonly RejectedEvent[] }
  /** Nothing was taken: the committed mark is another. */
  | { readonly kind: 'stale'; readonly mark: number }
  /** Nothing was taken: nothing can be committed now. */
  | { readonly kind: 'unavailable' }
