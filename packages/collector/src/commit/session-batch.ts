/** Declares what an append carries: validated events, and what is known of those that are none. */
import type { DropCounts, RejectionCode } from '@downlink/protocol'
import type { EncodedEvents } from './encoded-events.ts'

/** A run of a session's sequences, validated, from the expected one up to `upTo`. */
export interface SessionBatch {
  /** The committed sequence after this batch. */
  readonly upTo: number
  readonly pushed: number
  readonly events: EncodedEvents
  readonly rejected: readonly RejectedEvent[]
  /** Rejected beyond those, by code: counted, and not kept. */
  readonly rejectedMore?: Readonly<Record<string, number>>
  readonly dropped: DropCounts
  /** Sequences that the sender believes acknowledged and the store never had. */
  readonly missing: number
  readonly end: boolean
  readonly receivedAt: number
  /** What a hello tells of the session, but for its labels: those are the ones that hold as the batch begins. */
  readonly metadata?: SessionMetadata
  /** Where its labels are others after this batch. */
  readonly labels?: LabelChanges
  /** The highest connection epoch of those that brought it and all before it, where the record has none or a lower one. */
  readonly conn?: number
  /** The session was forgotten, and what it sends from here on is taken again. */
  readonly restarts?: true
  /**
   * Somebody asked for the session to be forgotten, at this time in ms since 1970: what came up to here is gone but for
   * numbers. Of a log that collectors share; one of one's own has an operation for it.
   */
  readonly forgetsAtMs?: number
}

export interface SessionMetadata {
  readonly delivery: 'acked' | 'plain'
  readonly proofHash: string | undefined
  /** The collector's clock minus the client's, and what the hello took to arrive. */
  readonly clockOffsetMs: number | undefined
  readonly build: string | undefined
  readonly labels: Labels | undefined
  readonly schema: string | undefined
}

export type Labels = Readonly<Record<string, string>>

/** Labels that a session had from a sequence on, until another. */
export interface EarlierLabels {
  readonly from: number
  readonly until: number
  readonly labels?: Labels | undefined
}

export interface LabelChanges {
  /** Those that ended, the oldest first. */
  readonly earlier: readonly EarlierLabels[]
  /** The sequence from which the latest hold. */
  readonly from: number
  readonly latest?: Labels | undefined
}

export interface RejectedEvent {
  readonly sessionId: string
  readonly seq: number
  readonly code: RejectionCode
  readonly message: string
  /** The element's own text. */
  readonly raw: string
  /** JSON text of the context that it happened in. */
  readonly context?: string | undefined
  readonly receivedAt: number
}
