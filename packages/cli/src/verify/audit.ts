/** Compares what a session pushed with the rows that the database has of it, one by one. */
import { verifyName } from '@downlink/protocol'
import type { EventSource } from './event-source.ts'
import type { StoredRows } from './stored-rows.ts'

/** How many events, but for `unbalanced`. */
export interface Findings {
  /** Rows. */
  readonly stored: number
  /** Gave way in the client's buffer, and the ledger says so. */
  readonly dropped: number
  /** Neither stored nor dropped. */
  readonly missing: number
  /** Stored once more. */
  readonly doubled: number
  /** Stored behind a later one. */
  readonly reordered: number
  /** Stored with another time or payload than they were pushed with. */
  readonly changed: number
  /** Stored and never pushed. */
  readonly invented: number
  /** Sessions whose ledger says something else than their rows. */
  readonly unbalanced: number
}

export interface PushedSession {
  readonly sessionId: string
  readonly pushed: number
  readonly eventAt: EventSource
}

export async function auditSession(store: StoredRows, session: PushedSession): Promise<Findings> {
  const { sessionId, pushed, eventAt } = session
  const seen = new Uint8Array(pushed + 1)
  const counts = { stored: 0, doubled: 0, reordered: 0, changed: 0, invented: 0 }
  let last = 0
  for await (const { seq, type, timestamp, data } of store.rowsOf(sessionId)) {
    counts.stored++
    if (!(seq >= 1 && seq <= pushed)) {
      counts.invented++
      continue
    }
    const expected = eventAt(seq)
    const isSame = type === verifyName && timestamp === expected.timestamp && data === JSON.stringify(expected.data)
    if (!isSame) counts.changed++
    if (seen[seq]) counts.doubled++
    else if (seq < last) counts.reordered++
    seen[seq] = 1
    last = Math.max(last, seq)
  }
  const distinct = seen.reduce((sum, isSeen) => sum + isSeen, 0)
  const ledger = await store.ledgerOf(sessionId)
  const dropped = Math.min(ledger.dropped, pushed - distinct)
  const missing = pushed - distinct - dropped
  const isBalanced = ledger.pushed === pushed && ledger.stored === distinct && ledger.dropped === pushed - distinct
  return { ...counts, dropped, missing, unbalanced: isBalanced ? 0 : 1 }
}

export const sumOfFindings = (all: readonly Findings[]): Findings =>
  all.reduce((sum, each) => {
    const entries = Object.entries(each) as [keyof Findings, number][]
    return Object.fromEntries(entries.map(([name, count]) => [name, sum[name] + count])) as unknown as Findings
  }, noFindings)

const noFindings: Findings = {
  ...{ stored: 0, dropped: 0, missing: 0, doubled: 0, reordered: 0, changed: 0, invented: 0, unbalanced: 0 },
}
