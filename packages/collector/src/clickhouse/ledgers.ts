/** Reads the ledgers of sessions in ClickHouse. */
import type { EarlierLabels } from '../commit/session-batch.ts'
import type { SessionRecord } from '../commit/session-record.ts'
import { type Ledgers, ledgerOf } from '../query/ledgers.ts'
import { readRecords } from './clickhouse-store.ts'
import type { Reader } from './reader.ts'

/**
 * Which sessions have a socket each collector of a cluster knows of itself alone. So a session counts as open that has not
 * ended and was heard of within the last minute.
 */
export const heardMs = 60_000

export const isOpen = ({ ended, lastSeenMs }: SessionRecord, nowMs: number): boolean =>
  !ended && lastSeenMs > nowMs - heardMs

/** @param wallMs the collector's clock, in ms since 1970 */
export function createLedgers(reader: Reader, wallMs: () => number): Ledgers {
  return {
    async get(sessionId) {
      const record = (await readRecords(reader, [sessionId], 'current_sessions')).get(sessionId)
      if (!record) return undefined
      const earlierLabels = await readEarlierLabels(reader, sessionId)
      const ledger = ledgerOf(record, isOpen(record, wallMs()))
      return earlierLabels.length === 0 ? ledger : { ...ledger, earlierLabels }
    },
  }
}

/** The oldest first. */
async function readEarlierLabels(reader: Reader, sessionId: string): Promise<readonly EarlierLabels[]> {
  const sql = `SELECT from_seq, until_seq, labels FROM current_labels WHERE session_id = {session:String} ORDER BY from_seq`
  const rows = await reader.rows<{ from_seq: number; until_seq: number; labels: string | null }>(sql, {
    parameters: { session: sessionId },
  })
  return rows.map(({ from_seq, until_seq, labels }) => ({
    from: from_seq,
    until: until_seq,
    ...(labels !== null && { labels: JSON.parse(labels) }),
  }))
}
