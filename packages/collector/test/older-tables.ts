/** Makes the databases that older collectors wrote, table by table, and puts one session into them. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

const sessions = `CREATE TABLE sessions (
  session_id VARCHAR PRIMARY KEY,
  delivery VARCHAR NOT NULL,
  mark BIGINT NOT NULL,
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
  proof_hash VARCHAR
)`

const rejectedEvents = `CREATE TABLE rejected_events (
  session_id VARCHAR NOT NULL,
  seq BIGINT NOT NULL,
  code VARCHAR NOT NULL,
  message VARCHAR NOT NULL,
  raw VARCHAR NOT NULL,
  received_at TIMESTAMP NOT NULL
)`

const events = (more = ''): string => `CREATE TABLE events (
  session_id VARCHAR NOT NULL,
  seq BIGINT NOT NULL,
  type VARCHAR NOT NULL,
  version INTEGER,
  ts TIMESTAMP NOT NULL,
  received_at TIMESTAMP NOT NULL,
  data JSON NOT NULL,
  envelope JSON${more}
)`

/** As it stood then, with the names of its time. */
const ledgers = `CREATE VIEW ledgers AS SELECT session_id, pushed, stored, mark, pushed - mark AS outstanding FROM sessions`

const olderTables = {
  'version 0.1': [events(), sessions, rejectedEvents],
  'format 1': [
    events(',\n  corrected_ts TIMESTAMP'),
    sessions,
    rejectedEvents,
    'CREATE SCHEMA collector',
    'CREATE TABLE collector.log_position (id INTEGER PRIMARY KEY, segment VARCHAR NOT NULL, log_offset BIGINT NOT NULL)',
    'CREATE TABLE collector.format (version INTEGER NOT NULL)',
    'INSERT INTO collector.format VALUES (1)',
    ledgers,
  ],
} as const

export type Age = keyof typeof olderTables

export const ages = Object.keys(olderTables) as readonly Age[]

export interface OlderDatabaseOptions {
  /** Runs on it at last. */
  readonly sql?: string
  /** Runs while what was written is still in its write-ahead log. */
  readonly beforeClosing?: () => Promise<void>
}

/** A database with session `s`, of which events 1 and 2 are stored. */
export async function writeOlderDatabase(
  file: string,
  age: Age,
  { sql, beforeClosing }: OlderDatabaseOptions = {},
): Promise<void> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  for (const definition of olderTables[age]) await connection.run(definition)
  await insertSession(connection)
  if (age !== 'version 0.1') await connection.run('UPDATE events SET corrected_ts = received_at')
  if (sql !== undefined) await connection.run(sql)
  await beforeClosing?.()
  connection.closeSync()
  instance.closeSync()
}

async function insertSession(connection: DuckDBConnection): Promise<void> {
  await connection.run(`INSERT INTO sessions BY NAME SELECT 's' AS session_id, 'acked' AS delivery, 2 AS mark, 2 AS pushed,
    2 AS stored, '{}' AS rejected, '{}' AS dropped, 0 AS missing, true AS ended, TIMESTAMP '2026-01-01' AS first_seen,
    TIMESTAMP '2026-01-01' AS last_seen, 5000.25 AS clock_offset_ms`)
  await connection.run(`INSERT INTO events BY NAME SELECT 's' AS session_id, unnest([1, 2]) AS seq, 'hit' AS type,
    TIMESTAMP '2026-01-01' AS ts, TIMESTAMP '2026-01-01 00:00:05' AS received_at, '{"n":1}' AS data`)
}
