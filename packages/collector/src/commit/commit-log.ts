/** Declares the port between sessions and what makes them durable. Whoever implements it owns every session's committed sequence. */
import type { RejectedEvent, SessionBatch } from './session-batch.ts'
import type { SessionRecord } from './session-record.ts'

export interface CommitLog {
  /** Do other collectors write it as well? Then a session may have gone on elsewhere since it was read. */
  readonly isShared: boolean
  /**
   * What is committed of a session, after all that was appended before. Never rejects.
   * The session is held from then on: appends are for those that are.
   *
   * @param begins its sender knows of nothing acknowledged: then a log that takes entries is never unavailable, but the
   *   session begins unconfirmed where nobody can tell now
   */
  read(sessionId: string, begins: boolean): Promise<ReadOutcome>
  /** Tells of a session that nobody can have seen, for its id was made a moment ago, and holds it. */
  begin(sessionId: string): void
  /** Nobody has the session in memory any more. */
  release(sessionId: string): void
  /** False while nobody could tell yet whether the session began here. */
  isConfirmed(sessionId: string): boolean
  /** Hears of sessions that did not begin here after all: they are no longer held. @returns its unsubscribe */
  onGivenUp(listener: (sessionId: string) => void): () => void
  /**
   * Makes a batch durable. Never rejects. Appends of one session take effect in their order.
   *
   * @param expectedSeq the committed sequence that the batch starts from; where it is another, the append is stale
   */
  append(sessionId: string, expectedSeq: number, batch: SessionBatch): Promise<AppendOutcome>
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
  /** Nothing was taken: the committed sequence is another. `conn`: as its record has it. */
  | { readonly kind: 'stale'; readonly committedSeq: number; readonly conn?: number | undefined }
  /** Nothing was taken: nothing can be committed now, or the session is not held. */
  | { readonly kind: 'unavailable' }
