/** A data folder that an older collector wrote. */
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { tableDefinitions } from '../src/store/tables.ts'
import { aCollector, aFolder, post } from './harness.ts'

/** As version 0.1.0 made them, with a view a type. */
const [eventsTable = '', sessionsTable = '', rejectedTable = ''] = tableDefinitions
const olderEvents = eventsTable.replace(/,\s*corrected_ts TIMESTAMP/, '')
const olderView = `CREATE VIEW hit AS SELECT session_id, seq, ts, received_at,
  TRY(TRY_CAST(json_extract_string(data, '/n') AS BIGINT)) AS n FROM events WHERE type = 'hit'`

it('opens it, corrects its times, and goes on writing to it', async () => {
  const data = await aFolder()
  const instance = await DuckDBInstance.create(join(data, 'downlink.duckdb'))
  const connection = await instance.connect()
  for (const definition of [olderEvents, sessionsTable, rejectedTable, olderView]) await connection.run(definition)
  expect(olderEvents).not.toContain('corrected_ts')
  await connection.run(`INSERT INTO sessions BY NAME SELECT 's' AS session_id, 'acked' AS delivery, 1 AS mark, 1 AS pushed,
    1 AS stored, '{}' AS rejected, '{}' AS dropped, 0 AS missing, true AS ended, TIMESTAMP '2026-01-01' AS first_seen,
    TIMESTAMP '2026-01-01' AS last_seen, 5000.25 AS clock_offset_ms`)
  await connection.run(`INSERT INTO events VALUES
    ('s', 1, 'hit', NULL, '2026-01-01 00:00:00', '2026-01-01 00:00:05', '{"n":1}', NULL),
    ('plain:1', 1, 'hit', NULL, '2026-01-01 00:00:00', '2026-01-01 00:00:00', '{"n":2}', '{"id":1}')`)
  connection.closeSync()
  instance.closeSync()

  const { listening, collector } = await aCollector({ data })
  await post(listening, [{ type: 'hit', timestamp: 0, data: { n: 3 } }])
  const { rows } = await collector.query("SELECT corrected_ts - ts, data FROM events ORDER BY (data->>'n')::INT")
  expect(rows).toEqual([
    ['00:00:05.00025', { n: 1 }],
    ['00:00:00', { n: 2 }],
    ['00:00:00', { n: 3 }],
  ])
  expect((await collector.query('SELECT n FROM hit ORDER BY n')).rows).toEqual([[1], [2], [3]])
})

it('leaves one that is up to date alone', async () => {
  const data = await aFolder()
  for (const n of [1, 2]) {
    const { listening, stop, collector } = await aCollector({ data })
    await post(listening, [{ type: 'hit', timestamp: 0, data: n }])
    expect((await collector.query('SELECT count(*) FROM events')).rows).toEqual([[n]])
    await stop()
  }
})
