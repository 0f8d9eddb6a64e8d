/** Makes data folders for `../ingest.ts`: empty, or filled while they are at rest. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCollector } from '@downlink/collector'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { bulletHits } from './events.ts'

/** Removed once `use` is over. */
export async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-bench-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** When the first event was received. */
export const filledFromMs = 1_767_225_600_000
export const filledSession = (at: number): string => `filled-${at}`

/** Fills a new folder by SQL, an event a millisecond, in sessions of a tenth of it: sending as much takes minutes. */
export async function fill(folder: string, events: number): Promise<void> {
  // It makes the tables.
  const collector = createCollector({ data: folder, logger: false })
  await collector.listen({ port: 0 })
  await collector.close()
  const payloads = bulletHits(50).map(({ data }) => JSON.stringify(data))
  await withDatabase(folder, async (connection) => {
    await connection.run(
      `INSERT INTO events SELECT 'filled-' || i % 10, i // 10 + 1, 'bullet_hit', NULL, time, time,
         from_json($1, '["VARCHAR"]')[i % 50 + 1], NULL, time, NULL
       FROM (SELECT i, make_timestamp(${filledFromMs}000 + i * 1000) AS time FROM range(${events}) numbers(i))`,
      [JSON.stringify(payloads)],
    )
    await connection.run(
      `INSERT INTO sessions BY NAME SELECT session_id, 'acked' AS delivery, max(seq) AS committed_seq, max(seq) AS pushed,
         count(*) AS stored, '{}' AS rejected, '{}' AS dropped, 0 AS missing, true AS ended, min(ts) AS first_seen,
         max(ts) AS last_seen, repeat('0', 64) AS proof_hash, min(ts) AS first_event, max(ts) AS last_event
       FROM events GROUP BY session_id`,
    )
  })
}

/** Of a folder at rest. */
export const countEvents = (folder: string): Promise<number> =>
  withDatabase(folder, async (connection) => {
    const [row] = (await connection.runAndReadAll('SELECT count(*) FROM events')).getRows()
    return Number(row?.[0])
  })

export const databaseFile = (folder: string): string => join(folder, 'downlink.duckdb')

async function withDatabase<Result>(
  folder: string,
  use: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  const instance = await DuckDBInstance.create(databaseFile(folder))
  try {
    const connection = await instance.connect()
    try {
      return await use(connection)
    } finally {
      connection.closeSync()
    }
  } finally {
    instance.closeSync()
  }
}
