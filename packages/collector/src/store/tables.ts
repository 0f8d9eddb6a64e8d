/** Makes the tables, as everybody who writes SQL sees them, and beside them where in the log they stand. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { summariseSessions } from './event-summary.ts'

export const tableDefinitions: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS events (
    session_id VARCHAR NOT NULL,
    seq BIGINT NOT NULL,
    type VARCHAR NOT NULL,
    version INTEGER,
    ts TIMESTAMP NOT NULL,
    received_at TIMESTAMP NOT NULL,
    data JSON NOT NULL,
    envelope JSON,
    corrected_ts TIMESTAMP,
    context JSON
  )`,
  `CREATE TABLE IF NOT EXISTS sessions (
    session_id VARCHAR PRIMARY KEY,
    delivery VARCHAR NOT NULL,
    committed_seq BIGINT NOT NULL,
    pushed BIGINT NOT NULL,
    stored BIGINT NOT NULL,
    rejected JSON NOT NULL,
    dropped JSON NOT NULL,
    missing BIGINT NOT NULL,
    ended BOOLEAN NOT NULL,
    first_seen TIMESTAMP NOT NULL,
    last_seen TIMESTAMP NOT NULL,
    clock_offset_ms DOUBLE,
    build VARCHAR,
    labels JSON,
    schema VARCHAR,
    proof_hash VARCHAR,
    error_events BIGINT DEFAULT 0,
    first_event TIMESTAMP,
    last_event TIMESTAMP,
    expired BIGINT DEFAULT 0,
    forgotten BIGINT DEFAULT 0,
    forgotten_at TIMESTAMP,
    labels_from BIGINT
  )`,
  `CREATE TABLE IF NOT EXISTS rejected_events (
    session_id VARCHAR NOT NULL,
    seq BIGINT NOT NULL,
    code VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    raw VARCHAR NOT NULL,
    received_at TIMESTAMP NOT NULL,
    context JSON
  )`,
  'CREATE SCHEMA IF NOT EXISTS collector',
  `CREATE TABLE IF NOT EXISTS collector.log_position (
    id INTEGER PRIMARY KEY,
    segment VARCHAR NOT NULL,
    log_offset BIGINT NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS collector.earlier_labels (
    session_id VARCHAR NOT NULL,
    from_seq BIGINT NOT NULL,
    until_seq BIGINT NOT NULL,
    labels JSON
  )`,
  `CREATE TABLE IF NOT EXISTS collector.operations (
    id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    result JSON NOT NULL
  )`,
  'CREATE TABLE IF NOT EXISTS collector.format (version INTEGER NOT NULL)',
]

/**
 * Grows with each change of the tables that an older collector would fail at, or write wrongly: 0.1 had none, 1 had the
 * column `sessions.mark`, which is `committed_seq` now, and summed up no events, 2 removed none, 3 had neither contexts nor
 * labels that change.
 */
const formatVersion = 4

/** Makes the tables that are not there, and brings those of an older collector up to date: all of it, or nothing. */
export async function prepareTables(connection: DuckDBConnection): Promise<void> {
  const version = await readFormat(connection)
  await connection.run('BEGIN')
  for (const definition of tableDefinitions) await connection.run(definition)
  const hasCorrectedTime = await hasColumn(connection, 'events', 'corrected_ts')
  const hasEventSummary = await hasColumn(connection, 'sessions', 'error_events')
  if ((await committedSeqColumn(connection)) === 'mark') {
    await connection.run('ALTER TABLE sessions RENAME mark TO committed_seq')
  }
  // Before any row changes: a table that was updated can't be altered in the same transaction.
  await connection.run(addColumns)
  if (!hasCorrectedTime) await connection.run(correctTimes)
  if (!hasEventSummary) await connection.run(summariseSessions)
  if (version < formatVersion) await connection.run(`INSERT INTO collector.format VALUES (${formatVersion})`)
  await connection.run('COMMIT')
}

/**
 * @returns the version of the tables; 0 where there are none, or those of 0.1
 * @throws where a later version wrote them
 */
export async function readFormat(connection: DuckDBConnection): Promise<number> {
  if (!(await hasTable(connection, 'format'))) return 0
  const [row] = (await connection.runAndReadAll('SELECT max(version) FROM collector.format')).getRows()
  const version = Number(row?.[0] ?? 0)
  if (version > formatVersion) {
    throw new Error(`Expected tables of format ${formatVersion} or older, got ${version}, which a later version wrote.`)
  }
  return version
}

/** Rows of events and rejected events are appended by the order of their columns: the newest stand last. */
const addColumns = `ALTER TABLE events ADD COLUMN IF NOT EXISTS corrected_ts TIMESTAMP;
  ALTER TABLE events ADD COLUMN IF NOT EXISTS context JSON;
  ALTER TABLE rejected_events ADD COLUMN IF NOT EXISTS context JSON;
  ALTER TABLE sessions ADD COLUMN IF NOT EXISTS error_events BIGINT DEFAULT 0;
  ALTER TABLE sessions ADD COLUMN IF NOT EXISTS first_event TIMESTAMP;
  ALTER TABLE sessions ADD COLUMN IF NOT EXISTS last_event TIMESTAMP;
  ALTER TABLE sessions ADD COLUMN IF NOT EXISTS expired BIGINT DEFAULT 0;
  ALTER TABLE sessions ADD COLUMN IF NOT EXISTS forgotten BIGINT DEFAULT 0;
  ALTER TABLE sessions ADD COLUMN IF NOT EXISTS forgotten_at TIMESTAMP;
  ALTER TABLE sessions ADD COLUMN IF NOT EXISTS labels_from BIGINT`

const correctTimes = `UPDATE events SET corrected_ts = ts;
  UPDATE events SET corrected_ts = coalesce(TRY(ts + to_microseconds((clock_offset_ms * 1000)::BIGINT)), ts)
    FROM sessions WHERE events.session_id = sessions.session_id AND clock_offset_ms IS NOT NULL`

/** What the column is called in a database that may be an older one. */
export async function committedSeqColumn(connection: DuckDBConnection): Promise<'committed_seq' | 'mark'> {
  return (await hasColumn(connection, 'sessions', 'mark')) ? 'mark' : 'committed_seq'
}

/** What a session has had removed, also in a database that is older. */
export const removedEvents = async (connection: DuckDBConnection): Promise<string> =>
  (await hasColumn(connection, 'sessions', 'expired')) ? 'expired + forgotten' : '0'

export async function hasTable(connection: DuckDBConnection, table: string): Promise<boolean> {
  const found = await connection.runAndReadAll(
    'SELECT 1 FROM duckdb_tables() WHERE NOT internal AND table_name = $1 AND database_name = current_database()',
    [table],
  )
  return found.currentRowCount > 0
}

export async function hasColumn(connection: DuckDBConnection, table: string, column: string): Promise<boolean> {
  const found = await connection.runAndReadAll(
    'SELECT 1 FROM duckdb_columns() WHERE database_name = current_database() AND table_name = $1 AND column_name = $2',
    [table, column],
  )
  return found.currentRowCount > 0
}
