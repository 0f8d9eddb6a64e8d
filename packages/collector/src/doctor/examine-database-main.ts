/** Examines a database in a process of its own: every block of it, and every ledger in it. */
import process from 'node:process'
import type { DuckDBConnection } from '@duckdb/node-api'
import { duckdb } from '../duckdb.ts'
import { lowerPriority } from '../lower-priority.ts'
import { selectWrongSummaries } from '../store/event-summary.ts'
import { answerParent, type OnProgress } from '../store/recovery/probe.ts'
import { totalOf } from '../store/recovery/recount.ts'
import { readByRanges } from '../store/recovery/row-ranges.ts'
import { committedSeqColumn, hasColumn, hasTable, readFormat, removedEvents } from '../store/tables.ts'
import type { DatabaseReport, LedgerFault, TableReport } from './examine-database.ts'

const tables = ['sessions', 'events', 'rejected_events', 'earlier_labels'] as const
type Table = (typeof tables)[number]
/** Rows are what takes the time; a table's place in it is good enough for a progress. */
const shareOf: Readonly<Record<Table, number>> = { sessions: 0.1, events: 0.8, rejected_events: 0.1, earlier_labels: 0 }
const relationOf = (table: Table): string => (table === 'earlier_labels' ? 'collector.earlier_labels' : table)
/** Made by the first of all versions. */
const ledgerTables: readonly string[] = ['sessions', 'events', 'rejected_events'] satisfies Table[]
const listedFaults = 100

/**
 * @param column what holds the committed sequence
 * @param removed what holds how many events were stored once
 */
const selectFaults = (
  column: string,
  removed: string,
): string => `SELECT session_id, committed_seq, stored, rows, twice, highest,
    committed_seq - stored - removed - missing - ${totalOf('rejected')} - ${totalOf('dropped')} AS unaccounted
  FROM (
    SELECT session_id, coalesce(${column}, 0) AS committed_seq, coalesce(stored, 0) AS stored, coalesce(${removed}, 0) AS removed, coalesce(missing, 0) AS missing,
      coalesce(rejected, '{}') AS rejected, coalesce(dropped, '{}') AS dropped, coalesce(rows, 0) AS rows,
      coalesce(twice, 0) AS twice, coalesce(highest, 0) AS highest
    FROM sessions FULL JOIN (
      SELECT session_id, count(*) AS rows, count(*) - count(DISTINCT seq) AS twice, max(seq) AS highest
      FROM events GROUP BY session_id
    ) USING (session_id)
  )
  WHERE unaccounted <> 0 OR stored <> rows OR twice > 0 OR highest > committed_seq`

async function examine(file: string, onProgress: OnProgress): Promise<DatabaseReport> {
  const instance = await duckdb.DuckDBInstance.create(file, { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  await readFormat(connection)
  const reports: TableReport[] = []
  let done = 0
  for (const table of tables) {
    const share = shareOf[table]
    const before = done
    if (await hasTable(connection, table)) {
      reports.push(await examineTable(connection, table, (part) => onProgress(before + part * share)))
    }
    done += share
  }
  const sound = reports.filter(({ unreadableRows }) => unreadableRows === 0).map(({ table }) => table)
  const isWhole = ledgerTables.every((table) => sound.includes(table))
  const position = await readPosition(connection)
  const ledgers = isWhole ? await examineLedgers(connection) : undefined
  connection.closeSync()
  instance.closeSync()
  return { tables: reports, ...(position && { position }), ...(ledgers && { ledgers }) }
}

async function examineTable(connection: DuckDBConnection, table: Table, onProgress: OnProgress): Promise<TableReport> {
  const relation = relationOf(table)
  const [row] = (await connection.runAndReadAll(`SELECT max(rowid), count(*) FROM ${relation}`)).getRows()
  const end = Number(row?.[0] ?? -1) + 1
  const unreadableRows = await readByRanges(end, async (from, to) => {
    await connection.run(`SELECT bit_xor(hash(COLUMNS(*))) FROM ${relation} WHERE rowid >= ${from} AND rowid < ${to}`)
    onProgress(to / end)
  })
  return { table, rows: Number(row?.[1]), unreadableRows }
}

async function readPosition(connection: DuckDBConnection) {
  if (!(await hasTable(connection, 'log_position'))) return undefined
  const [row] = (await connection.runAndReadAll('SELECT segment, log_offset FROM collector.log_position')).getRows()
  return row && { segment: String(row[0]), offset: Number(row[1]) }
}

async function examineLedgers(connection: DuckDBConnection) {
  const [row] = (await connection.runAndReadAll('SELECT count(*), coalesce(sum(missing), 0) FROM sessions')).getRows()
  const select = selectFaults(await committedSeqColumn(connection), await removedEvents(connection))
  const found = await connection.runAndReadAll(`FROM (${select}) ORDER BY session_id LIMIT ${listedFaults}`)
  const [count] = (await connection.runAndReadAll(`SELECT count(*) FROM (${select})`)).getRows()
  const faults = found.getRows().map(([sessionId, ...figures]): LedgerFault => {
    const [committedSeq = 0, stored = 0, rows = 0, twice = 0, highest = 0, unaccounted = 0] = figures.map(Number)
    return { sessionId: String(sessionId), committedSeq, stored, rows, twice, highest, unaccounted }
  })
  return {
    sessions: Number(row?.[0]),
    missing: Number(row?.[1]),
    faults,
    faultCount: Number(count?.[0]),
    ...(await examineSummaries(connection)),
  }
}

async function examineSummaries(connection: DuckDBConnection) {
  // An older database has none, and gets them when it is opened.
  if (!(await hasColumn(connection, 'sessions', 'error_events'))) return { wrongSummaries: [], wrongSummaryCount: 0 }
  const found = await connection.runAndReadAll(
    `FROM (${selectWrongSummaries}) ORDER BY session_id LIMIT ${listedFaults}`,
  )
  const [count] = (await connection.runAndReadAll(`SELECT count(*) FROM (${selectWrongSummaries})`)).getRows()
  return {
    wrongSummaries: found.getRows().map(([sessionId]) => String(sessionId)),
    wrongSummaryCount: Number(count?.[0]),
  }
}

// A backup is examined beside a collector that runs.
lowerPriority()
const [, , file = ''] = process.argv
await answerParent((onProgress) => examine(file, onProgress))
