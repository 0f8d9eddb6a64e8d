/** A data folder that an older collector wrote. */
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { diagnose, repair } from '@downlink/collector/doctor'
import { describe, expect, it } from 'vitest'
import { changeDatabase } from './change-database.ts'
import { aBlockOf, flipInBlock } from './damage.ts'
import { aClient, aCollector, aFolder, aHello, post, rowsOf } from './harness.ts'
import { type Age, ages, writeOlderDatabase } from './older-tables.ts'

const selectSessions = 'SELECT committed_seq::INT, pushed::INT, stored::INT, missing::INT FROM sessions ORDER BY stored'

async function anOlderFolder(age: Age, sql?: string): Promise<string> {
  const data = await aFolder()
  await writeOlderDatabase(join(data, 'downlink.duckdb'), age, sql === undefined ? {} : { sql })
  return data
}

describe.each(ages)('a folder of %s', (age) => {
  it('opens, has its committed sequences under their name, and is written on', async () => {
    const data = await anOlderFolder(age)
    const { listening, collector, stop } = await aCollector({ data })
    await post(listening, [{ type: 'hit', timestamp: 0, data: { n: 3 } }])
    const rows = async (sql: string) => (await collector.query(sql)).rows
    expect(await rows(selectSessions)).toEqual([
      [1, 1, 1, 0],
      [2, 2, 2, 0],
    ])
    expect(await rows("SELECT outstanding, balanced FROM ledgers WHERE session_id = 's'")).toEqual([[0, true]])
    await stop()
    expect(await rowsOf(data, 'SELECT max(version) FROM collector.format')).toEqual([[4]])
    const again = await aCollector({ data })
    expect((await again.collector.query('SELECT count(*) FROM events')).rows).toEqual([[3]])
  })

  it('is examined as it stands, and not changed by it', async () => {
    const data = await anOlderFolder(age)
    expect(await diagnose(data)).toMatchObject({ status: 'sound' })
    expect(await rowsOf(data, 'SELECT mark::INT FROM sessions')).toEqual([[2]])
  })

  it('is told which of its ledgers does not add up, and by how much', async () => {
    const data = await anOlderFolder(age, 'UPDATE sessions SET mark = 1')
    const text =
      'The ledger of session s has sequence 2, beyond its committed sequence 1, accounts for 2 of 1 sequence.'
    expect((await diagnose(data)).findings).toContainEqual(expect.objectContaining({ code: 'ledger_fault', text }))
  })

  it('is rebuilt where it is damaged', async () => {
    const many = `INSERT INTO events BY NAME SELECT 's' AS session_id, seq, 'hit' AS type,
        TIMESTAMP '2026-01-01' AS ts, TIMESTAMP '2026-01-01' AS received_at,
        '"' || array_to_string([md5((seq * 32 + part)::VARCHAR) FOR part IN range(32)], '') || '"' AS data
        FROM range(3, 6001) AS numbers(seq);
      UPDATE sessions SET mark = 6000, pushed = 6000, stored = 6000`
    const data = await anOlderFolder(age, many)
    await flipInBlock(join(data, 'downlink.duckdb'), await aBlockOf(data, 'events', 'data'))
    const { after, lostEvents } = await repair(data)
    expect(after.status).toBe('sound')
    expect(lostEvents).toBeGreaterThan(0)
    expect(await rowsOf(data, selectSessions)).toEqual([[6000, 6000, 6000 - lostEvents, lostEvents]])
  })

  it.each(['opened', 'rebuilt'])('sums up the events of its sessions once it is %s', async (how) => {
    const isWrong = how === 'rebuilt' ? ', stored = 7' : ''
    const data = await anOlderFolder(
      age,
      `UPDATE events SET type = 'error', ts = ts + INTERVAL 2 SECOND WHERE seq = 2; UPDATE sessions SET pushed = 2${isWrong}`,
    )
    if (how === 'rebuilt') await repair(data)
    else await (await aCollector({ data })).stop()
    expect(await rowsOf(data, 'SELECT error_events, first_event, last_event FROM sessions')).toEqual(
      await rowsOf(data, "SELECT count(*) FILTER (type = 'error'), min(corrected_ts), max(corrected_ts) FROM events"),
    )
    expect(await rowsOf(data, 'SELECT error_events::INT FROM sessions')).toEqual([[1]])
  })

  it('is what a repair goes on from, as a copy', async () => {
    const older = await anOlderFolder(age)
    const data = await aFolder()
    const { listening, stop } = await aCollector({ data })
    await post(listening, [{ type: 'hit', timestamp: 0, data: { n: 3 } }])
    await stop()
    const { after } = await repair(data, { from: join(older, 'downlink.duckdb') })
    expect(after.status).toBe('sound')
    expect(await rowsOf(data, selectSessions)).toEqual([
      [1, 1, 1, 0],
      [2, 2, 2, 0],
    ])
  })
})

it('gets corrected times where it is of version 0.1, and keeps the views of its types', async () => {
  const data = await anOlderFolder(
    'version 0.1',
    `CREATE VIEW hit AS SELECT session_id, seq, ts, received_at,
        TRY(TRY_CAST(json_extract_string(data, '/n') AS BIGINT)) AS n FROM events WHERE type = 'hit';
      INSERT INTO events VALUES
        ('plain:1', 1, 'hit', NULL, '2026-01-01 00:00:00', '2026-01-01 00:00:00', '{"n":2}', '{"id":1}')`,
  )
  const { listening, collector } = await aCollector({ data })
  await post(listening, [{ type: 'hit', timestamp: 0, data: { n: 3 } }])
  const { rows } = await collector.query("SELECT corrected_ts - ts, data FROM events ORDER BY (data->>'n')::INT")
  expect(rows).toEqual([
    ['00:00:05.00025', { n: 1 }],
    ['00:00:05.00025', { n: 1 }],
    ['00:00:00', { n: 2 }],
    ['00:00:00', { n: 3 }],
  ])
  expect((await collector.query('SELECT n FROM hit ORDER BY n')).rows).toEqual([[1], [1], [2], [3]])
})

it('of format 2 has had nothing removed', async () => {
  const data = await aFolder()
  const before = await aCollector({ data })
  await post(before.listening, [{ type: 'hit', timestamp: 0, data: 1 }])
  await before.stop()
  await changeDatabase(
    data,
    `DROP VIEW ledgers; ALTER TABLE sessions DROP expired; ALTER TABLE sessions DROP forgotten;
      DROP TABLE collector.operations; DELETE FROM collector.format; INSERT INTO collector.format VALUES (2)`,
  )
  expect(await diagnose(data)).toMatchObject({ status: 'sound' })
  const { collector } = await aCollector({ data })
  const { rows } = await collector.query('SELECT stored, expired, forgotten, balanced FROM ledgers')
  expect(rows).toEqual([[1, 0, 0, true]])
})

it('of format 3 knows neither contexts nor labels that change, is gone on with, and restored', async () => {
  const data = await aFolder()
  const hello = aHello({ meta: { labels: { player: 'guest' } } })
  const before = await aCollector({ data })
  const first = await aClient(before.listening, hello)
  await first.hello()
  await first.batch(1, [{ type: 'hit', timestamp: 0 }, { type: 7 }])
  await before.stop()
  const older = `DROP VIEW label_history; DROP TABLE collector.earlier_labels; DROP VIEW ledgers;
    ALTER TABLE events DROP context; ALTER TABLE rejected_events DROP context; ALTER TABLE sessions DROP labels_from;
    DELETE FROM collector.format; INSERT INTO collector.format VALUES (3)`
  await changeDatabase(data, older)
  await copyFile(join(data, 'downlink.duckdb'), join(data, 'older.duckdb'))
  expect(await diagnose(data)).toMatchObject({ status: 'sound' })
  const goOn = async (conn: number, seq: number) => {
    const { listening, collector, stop } = await aCollector({ data })
    const again = await aClient(listening, { ...hello, conn, next: seq, pushed: seq })
    await again.hello()
    await again.batch(seq, [{ type: 'hit', timestamp: 0, context: { level: seq }, labels: { player: 'ada' } }])
    const { rows } = await collector.query('SELECT seq, context FROM events ORDER BY seq')
    const history = (await collector.query('SELECT from_seq, labels FROM label_history ORDER BY from_seq')).rows
    await stop()
    return { rows, history }
  }
  const labels = [
    [1, { player: 'guest' }],
    [3, { player: 'ada' }],
  ]
  expect(await goOn(2, 3)).toEqual({
    rows: [
      [1, null],
      [3, { level: 3 }],
    ],
    history: labels,
  })
  // The log goes on from where the older one stands.
  await repair(data, { from: join(data, 'older.duckdb') })
  expect(await goOn(3, 4)).toEqual({
    rows: [
      [1, null],
      [3, { level: 3 }],
      [4, { level: 4 }],
    ],
    history: labels,
  })
})

it('is left alone where it is up to date', async () => {
  const data = await aFolder()
  for (const n of [1, 2]) {
    const { listening, stop, collector } = await aCollector({ data })
    await post(listening, [{ type: 'hit', timestamp: 0, data: n }])
    expect((await collector.query('SELECT count(*) FROM events')).rows).toEqual([[n]])
    await stop()
  }
})
