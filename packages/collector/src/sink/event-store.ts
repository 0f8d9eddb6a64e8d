/** Declares what the sink needs of a database. */
import type { AcceptedEvent } from '../commit/encoded-events.ts'
import type { Operation } from '../commit/operation.ts'
import type { EarlierLabels, RejectedEvent } from '../commit/session-batch.ts'
import type { SessionRecord } from '../commit/session-record.ts'
import type { Position } from '../log/read-log.ts'

export interface EventStore {
  /** Where in the log it stands: everything before is in it. Rejects where the store can't be read. */
  readPosition(): Promise<Position | undefined>
  /** Those of the sessions that the store knows. Rejects where it can't be read. */
  readSessions(sessionIds: readonly string[]): Promise<ReadonlyMap<string, SessionRecord>>
  /** One transaction, the position with it. Unavailable in a database that was opened anew until its position was read. Never rejects. */
  write(group: StoreGroup): Promise<WriteOutcome>
  /** One transaction, the position with it, as `write`. Never rejects. */
  apply(step: OperationStep): Promise<WriteOutcome>
  /** Would this run be written? Leaves no trace. Never rejects. */
  tryEvent(run: EventRun): Promise<WriteOutcome>
  /** Would this operation be applied? Leaves no trace. Never rejects. */
  tryOperation(operation: Operation): Promise<WriteOutcome>
}

export interface StoreGroup {
  readonly events: readonly EventRun[]
  readonly rejected: readonly RejectedEvent[]
  readonly sessions: readonly SessionRecord[]
  readonly earlierLabels: readonly LabelsRow[]
  /** Only from a log that collectors share. */
  readonly forgotten?: readonly ForgottenRows[]
  readonly position: Position
  /** Of its entries in the log, which keeps them until a checkpoint. */
  readonly logBytes: number
}

/** What of a session is to be stored no more: all up to a sequence. */
export interface ForgottenRows {
  readonly sessionId: string
  readonly upTo: number
  /** Of the entry that says so, whatever group it is written in. */
  readonly end: Position
}

/** Labels that a session has no more. */
export interface LabelsRow extends EarlierLabels {
  readonly sessionId: string
}

/** An operation, and where in the log its entry ends. */
export interface OperationStep {
  readonly operation: Operation
  readonly position: Position
}

/** Events of one batch. */
export interface EventRun {
  readonly sessionId: string
  readonly receivedAt: number
  /** The collector's clock minus the client's; undefined where that is not known. */
  readonly clockOffsetMs?: number | undefined
  readonly events: readonly AcceptedEvent[]
}

export type WriteOutcome =
  | { readonly kind: 'written' }
  /** Something in the group can't be stored, ever. */
  | {
      readonly kind: 'refused'
      /** It is logged, so it quotes nothing of what was to be written. */
      readonly reason: string
      /** What the database says of it, which may quote it. @default the reason */
      readonly detail?: string
    }
  /** Nothing can be stored now. */
  | { readonly kind: 'unavailable'; readonly reason: string }
