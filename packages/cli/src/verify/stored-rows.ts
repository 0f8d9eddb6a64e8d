/** Asks what is stored of a session: its rows and its ledger, in the SQL of the store that has them. */
import type { ApiClient } from '../api-client.ts'
import { CliError } from '../errors.ts'
import type { Verified } from './fault-plan.ts'

export interface StoredRows {
  /** In the order in which they were stored, as far as the store has one. */
  rowsOf(sessionId: string): AsyncGenerator<StoredRow>
  /** All zero for a session that the collector does not know. */
  ledgerOf(sessionId: string): Promise<StoredLedger>
  /** How far all of them together are committed in the store. */
  committedOf(sessionIds: readonly string[]): Promise<number>
}

export interface StoredRow {
  readonly seq: number
  readonly type: string
  /** In milliseconds since 1970. */
  readonly timestamp: number
  /** JSON. */
  readonly data: string
}

export interface StoredLedger {
  readonly pushed: number
  readonly stored: number
  readonly dropped: number
}

/** Asks for rows. */
export type RowReader = Pick<ApiClient, 'query'>

/** What differs between the dialects. */
interface Dialect {
  /** Grows from row to row of a session. */
  readonly place: string
  readonly timestamp: string
  readonly data: string
}

const dialects: { readonly [Which in Verified]: Dialect } = {
  collector: { place: 'rowid', timestamp: 'epoch_ms(ts)', data: 'data::VARCHAR' },
  // Its rows lie by their key: one that stands where another should has another's payload.
  cluster: { place: 'seq', timestamp: 'toUnixTimestamp64Milli(ts)', data: 'data' },
}

const rowsAtOnce = 5000

export function createStoredRows(api: RowReader, verified: Verified): StoredRows {
  const { place, timestamp, data } = dialects[verified]
  return {
    async *rowsOf(sessionId) {
      for (let after = -1; ; ) {
        const { rows } = await api.query(
          `SELECT ${place}, seq, type, ${timestamp}, ${data} FROM events
            WHERE session_id = '${sessionId}' AND ${place} > ${after} ORDER BY ${place} LIMIT ${rowsAtOnce}`,
        )
        for (const [at, seq, type, ms, text] of rows) {
          after = Number(at)
          yield { seq: Number(seq), type: String(type), timestamp: Number(ms), data: String(text) }
        }
        if (rows.length === 0) return
      }
    },
    async ledgerOf(sessionId) {
      const sql = `SELECT pushed, stored, dropped FROM ledgers WHERE session_id = '${sessionId}'`
      const [pushed = 0, stored = 0, dropped = 0] = ((await api.query(sql)).rows[0] ?? []).map(Number)
      return { pushed, stored, dropped }
    },
    async committedOf(sessionIds) {
      const names = sessionIds.map((id) => `'${id}'`).join(', ')
      const { rows } = await api.query(`SELECT sum(committed_seq) FROM sessions WHERE session_id IN (${names})`)
      return Number(rows[0]?.[0] ?? 0)
    },
  }
}

/**
 * What a collector that runs stands for, by whose SQL it answers in. Throws as the API client does.
 *
 * The store of a collector by itself lets nobody call this function; ClickHouse answers it.
 */
export async function verifiedBehind(api: RowReader): Promise<Verified> {
  try {
    await api.query('SELECT version()')
    return 'cluster'
  } catch (error) {
    if (error instanceof CliError && error.answered === 'forbidden_sql') return 'collector'
    throw error
  }
}
