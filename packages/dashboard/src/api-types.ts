/** What the collector's API answers, as far as the page reads it. /api/openapi.json is the whole of it. */
import type { TelemetryEvent } from '@downlink/protocol'

export type Counts = Readonly<Record<string, number>>

export interface LiveCounters {
  readonly at: number
  readonly stored: number
  readonly rejected: number
  readonly dropped: number
  readonly types: Counts
  /** Of the last 60 whole seconds, oldest first. */
  readonly perSecond: readonly number[]
  readonly sockets: number
  /** Connections and requests turned away since the collector started. */
  readonly refused: number
}

export interface LiveTail {
  readonly events: readonly (TelemetryEvent & { readonly receivedAt: number })[]
  readonly rejected: readonly Rejection[]
  readonly lost: number
}

export interface Rejection {
  readonly sessionId: string
  readonly seq: number
  readonly code: string
  readonly message: string
  readonly receivedAt: number
}

export interface Ledger {
  readonly sessionId: string
  readonly delivery: 'acked' | 'plain'
  readonly pushed: number
  readonly stored: number
  readonly rejected: Counts
  readonly dropped: Counts
  readonly missing: number
  readonly outstanding: number
  readonly ended: boolean
  readonly open: boolean
  readonly balanced: boolean
  readonly firstSeen: number
  readonly lastSeen: number
  readonly build?: string
  readonly labels?: Readonly<Record<string, string>>
}

export interface LedgerPage {
  readonly sessions: readonly Ledger[]
  readonly total: number
  readonly missing: number
  readonly next: string | null
}

export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
  readonly truncated: boolean
}
