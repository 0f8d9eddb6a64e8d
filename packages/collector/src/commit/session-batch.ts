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
  /** What a hello tells of the session. */
  readonly metadata?: SessionMetadata
  /** The session was forgotten, and what it sends from here on is taken again. */
  readonly restarts?: true
}

export interface SessionMetadata {
  readonly delivery: 'acked' | 'plain'
  readonly proofHash: string | undefined
  /** The collector's clock minus the client's, and what the hello took to arrive. */
  readonly clockOffsetMs: number | undefined
  readonly build: string | undefined
  readonly labels: Readonly<Record<string, string>> | undefined
  readonly schema: string | undefined
}

export interface RejectedEvent {
  readonly sessionId: string
  readonly seq: number
  readonly code: RejectionCode
  readonly message: string
  /** The element's own text. */
  readonly raw: string
  readonly receivedAt: number
}
