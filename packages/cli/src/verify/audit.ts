/** Compares what a session pushed with the rows that the database has of it, one by one. */
import { verifyName } from '@downlink/protocol'
import type { ApiClient } from '../api-client.ts'
import type { EventSource } from './event-source.ts'

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

/** Asks for rows. */
export type RowReader = Pick<ApiClient, 'query'>

export interface PushedSession {
  readonly sessionId: string
  readonly pushed: number
  readonly eventAt: EventSource
}

export async function auditSession(api: RowReader, session: PushedSession): Promise<Findings> {
  const { sessionId, pushed, eventAt } = session
  const seen = new Uint8Array(pushed + 1)
  const counts = { stored: 0, doubled: 0, reordered: 0, changed: 0, invented: 0 }
  let last = 0
  for await (const { seq, type, timestamp, data } of rowsOf(api, sessionId)) {
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
  const ledger = await ledgerOf(api, sessionId)
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

interface Row {
  readonly seq: number
  readonly type: string
  readonly timestamp: number
  /** JSON. */
  readonly data: string
}

const rowsAtOnce = 5000

/** In the order in which they were stored. */
async function* rowsOf(api: RowReader, sessionId: string): AsyncGenerator<Row> {
  for (let after = -1; ; ) {
    const { rows } = await api.query(
      `SELECT rowid, seq, type, epoch_ms(ts), data::VARCHAR FROM events
        WHERE session_id = '${sessionId}' AND rowid > ${after} ORDER BY rowid LIMIT ${rowsAtOnce}`,
    )
    for (const [rowid, seq, type, timestamp, data] of rows) {
      after = Number(rowid)
      yield { seq: Number(seq), type: String(type), timestamp: Number(timestamp), data: String(data) }
    }
    if (rows.length === 0) return
  }
}

/** All zero for a session that the collector does not know. */
async function ledgerOf(api: RowReader, sessionId: string) {
  const { rows } = await api.query(`SELECT pushed, stored, dropped FROM ledgers WHERE session_id = '${sessionId}'`)
  const [pushed = 0, stored = 0, dropped = 0] = (rows[0] ?? []).map(Number)
  return { pushed, stored, dropped }
}
