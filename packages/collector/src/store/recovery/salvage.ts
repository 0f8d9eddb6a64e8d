/**
 * Saves what can be read of a damaged database into a new one: table by table, by ranges of rows that are halved around
 * what can't be read. What the log still has of the rest is taken from there, and what is gone counts as missing.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { duckdb } from '../../duckdb.ts'
import { prepareTables, tableDefinitions } from '../tables.ts'
import type { OnProgress } from './probe.ts'
import { type Loss, recount } from './recount.ts'
import { refill } from './refill-from-log.ts'
import { readByRanges } from './row-ranges.ts'

export interface Salvage {
  /** Of the damaged file, by table. */
  readonly lostRows: Readonly<Record<string, number>>
  readonly loss: Loss
}

/**
 * @param target a file that is not there yet
 * @param logFolder of the collector's own log; it need not be there
 */
export async function salvage(
  source: string,
  target: string,
  logFolder: string,
  onProgress: OnProgress,
): Promise<Salvage> {
  const instance = await duckdb.DuckDBInstance.create(target)
  const connection = await instance.connect()
  await connection.run(`ATTACH '${source.replaceAll("'", "''")}' AS damaged (READ_ONLY)`)
  const lostRows = await copyTables(connection, onProgress)
  await connection.run('DETACH damaged')
  await prepareTables(connection)
  await removeDuplicates(connection)
  await refill(connection, logFolder)
  const loss = await recount(connection)
  await connection.run('CHECKPOINT')
  connection.closeSync()
  instance.closeSync()
  return { lostRows, loss }
}

async function copyTables(connection: DuckDBConnection, onProgress: OnProgress): Promise<Record<string, number>> {
  for (const definition of tableDefinitions) await connection.run(definition)
  const there = await tablesOf(connection, 'damaged')
  // Those of an older collector are brought up to date once the rows are there.
  if (!there.get('main.events')?.includes('corrected_ts')) {
    // They are added again in this order, which is the one that rows are appended in.
    await connection.run('ALTER TABLE events DROP corrected_ts; ALTER TABLE events DROP context')
  }
  if (there.get('main.sessions')?.includes('mark')) {
    await connection.run('ALTER TABLE sessions RENAME committed_seq TO mark')
  }
  const lostRows: Record<string, number> = {}
  for (const table of (await tablesOf(connection)).keys()) {
    if (there.has(table)) lostRows[table.replace('main.', '')] = await copyTable(connection, table, onProgress)
  }
  return lostRows
}

/** The columns of each table, by `schema.table`. */
async function tablesOf(connection: DuckDBConnection, database?: string): Promise<Map<string, readonly string[]>> {
  const rows = await connection.runAndReadAll(
    `SELECT schema_name || '.' || table_name, list(column_name) FROM duckdb_columns()
      WHERE NOT internal AND database_name = coalesce($1, current_database())
        AND (schema_name, table_name) IN (SELECT (schema_name, table_name) FROM duckdb_tables())
      GROUP BY ALL`,
    [database ?? null],
  )
  return new Map(rows.getRowsJS().map(([table, columns]) => [String(table), columns as string[]]))
}

/** @returns how many rows can't be read, at most */
async function copyTable(connection: DuckDBConnection, table: string, onProgress: OnProgress): Promise<number> {
  const rows = await countRows(connection, table)
  return readByRanges(rows, async (from, to) => {
    await connection.run(
      `INSERT INTO ${table} BY NAME SELECT * FROM damaged.${table} WHERE rowid >= ${from} AND rowid < ${to}`,
    )
    onProgress(to / rows)
  })
}

/** Whatever was deleted counts, too. */
async function countRows(connection: DuckDBConnection, table: string): Promise<number> {
  const count = async (sql: string) => Number((await connection.runAndReadAll(sql)).getRows()[0]?.[0] ?? 0)
  return count(`SELECT max(rowid) + 1 FROM damaged.${table}`).catch(() =>
    // Where the table's own account of its rows is damaged the catalog has one.
    count(`SELECT estimated_size FROM duckdb_tables()
      WHERE database_name = 'damaged' AND schema_name || '.' || table_name = '${table}'`),
  )
}

/** A sequence that stands twice: the first of its rows stays. */
async function removeDuplicates(connection: DuckDBConnection): Promise<void> {
  await connection.run(`DELETE FROM events WHERE rowid IN (
    SELECT unnest((list(rowid ORDER BY rowid))[2:]) FROM events GROUP BY session_id, seq HAVING count(*) > 1)`)
}
