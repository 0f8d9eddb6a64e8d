/** Declares the messages between a collector and the process that sends its events to a backend of OpenTelemetry, over Node's IPC. */
import type { Position } from '../log/read-log.ts'
import type { OtlpSettings } from './otlp-options.ts'
import type { SentPosition } from './position-file.ts'

export type ToOtlp =
  | { readonly kind: 'start'; readonly settings: OtlpSettings; readonly dataFolder: string; readonly end: LogEnd }
  | { readonly kind: 'synced'; readonly end: LogEnd }
  | { readonly kind: 'forget'; readonly sessionIds: readonly string[]; readonly until: Position }
  | { readonly kind: 'skip'; readonly segment: string }
  | { readonly kind: 'stop' }

/** How far the log is synced. */
export interface LogEnd {
  readonly position: Position
  /** That the collector has written since its start. */
  readonly events: number
}

export type FromOtlp =
  | { readonly kind: 'progress'; readonly progress: OtlpProgress }
  | { readonly kind: 'report'; readonly report: OtlpReport }

export interface OtlpProgress {
  /** How far it is; undefined where it is where it was. */
  readonly position?: SentPosition
  /** Why the last request failed; undefined where it did not. */
  readonly failure?: string
  /** Since the last progress. */
  readonly counts: OtlpCounts
  /** Events that are not sent, as of the end of the log with so many `events`. */
  readonly behind: { readonly events: number; readonly of: number }
  /** When the last event was received that it came to, in ms since 1970; 0 before the first. */
  readonly receivedMs: number
}

export interface OtlpCounts {
  /** Records that the backend took. */
  readonly sent: number
  /** Records that it will never take. */
  readonly rejected: number
  /** Events that were not sent, for their session was forgotten. */
  readonly forgotten: number
  /** Events that were not sent, for there was no room to keep them any longer. */
  readonly skipped: number
  /** How often the log did not have what was to be sent next: nobody can tell how much that was. */
  readonly gaps: number
  /** Requests that have to be made again. */
  readonly failures: number
}

export const noCounts: OtlpCounts = { sent: 0, rejected: 0, forgotten: 0, skipped: 0, gaps: 0, failures: 0 }

/** What somebody should hear of. */
export type OtlpReport =
  /** The backend takes nothing; it is tried again. */
  | { readonly code: 'away'; readonly reason: string }
  | { readonly code: 'back' }
  /** The backend has taken a request but for some of its records. */
  | { readonly code: 'rejected'; readonly records: number }
  /** The backend refuses a record by itself. */
  | { readonly code: 'refused'; readonly sessionId: string; readonly seq: number; readonly reason: string }
  | { readonly code: 'skipped'; readonly events: number }
  | { readonly code: 'gap' }
  /** The log can't be read, or the position not be kept; it is tried again. */
  | { readonly code: 'failed'; readonly reason: string }
