/** The store on ClickHouse does what every store does, over its own client; and what only one on a server has to. */
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { defineEvents as defineTypes } from '@downlink/protocol'
import { expect, it, onTestFinished } from 'vitest'
import { createClickHouseStore } from '../../packages/collector/src/clickhouse/clickhouse-store.ts'
import { connectClickHouse } from '../../packages/collector/src/clickhouse/connection.ts'
import { eraseForgotten } from '../../packages/collector/src/clickhouse/erasure.ts'
import { expireDays } from '../../packages/collector/src/clickhouse/expiry.ts'
import { openClickHouse } from '../../packages/collector/src/clickhouse/open-clickhouse.ts'
import { prepareTables, targets } from '../../packages/collector/src/clickhouse/tables.ts'
import { forgettingBatch } from '../../packages/collector/src/jetstream/forget-session.ts'
import { type QueryLimits, resolveQueryLimits } from '../../packages/collector/src/query/query-limits.ts'
import { createGroupWriter } from '../../packages/collector/src/sink/group-writer.ts'
import { aFolder } from '../../packages/collector/test/harness.ts'
import {
  aGroup,
  anEvent,
  answerOf,
  aRecord,
  describeStore,
  startMs,
} from '../../packages/collector/test/store-contract.ts'
import { startClickHouse } from './chdb-process.ts'
import { aClickHouse, sharedClickHouse } from './clickhouse-process.ts'

const aDatabase = sharedClickHouse()

async function aStore(limits: Partial<QueryLimits> = {}) {
  const clickhouse = await openClickHouse({ url: await aDatabase() })
  onTestFinished(() => clickhouse.close())
  const store = clickhouse.partition('partition-07')
  /** As a sink that comes to the entry, and whoever asked for it then. */
  async function forget(sessionId: string): Promise<void> {
    const record = (await store.readSessions([sessionId])).get(sessionId)
    if (!record) throw new Error('Expected a session that is stored')
    const batches = [forgettingBatch(record, startMs)]
    const write = { sessionId, from: record.committedSeq, batches, record, unconfirmed: false }
    const item = { write, bytes: 1, end: aGroup(1000, {}).position }
    await createGroupWriter({ store, report() {}, maxRecords: 10 }).write([item])
    await clickhouse.erase([sessionId])
  }
  return {
    ...{ ...clickhouse, store, forget },
    source: clickhouse.source({ limits: resolveQueryLimits(limits), wallMs: Date.now, folder: await aFolder() }),
  }
}

describeStore('ClickHouse', async () => {
  const { store, source, forget, expire } = await aStore()
  return { store, source, forget, expire: async (beforeMs) => void (await expire(beforeMs)) }
})

/** A schema of a library that says itself in JSON Schema, and takes anything. */
const schemaOf = (properties: Readonly<Record<string, object>>) => ({
  '~standard': {
    ...{ version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) },
    jsonSchema: { input: () => ({ type: 'object', properties }) },
  },
})

const json =
  '{"b": 1,"a":0.12345678901234567890,"z":-0,"n":9007199254740993,"e":1e400,"half":"\\ud800","nul":"\\u0000"}'

it('keeps the very text of a payload', async () => {
  const { store, source } = await aStore()
  const events = [{ sessionId: 's', receivedAt: 0, events: [anEvent(1, { json })] }]
  await store.write(aGroup(1, { events, sessions: [aRecord('s')] }))
  expect(await answerOf(source, 'SELECT data, toTypeName(data) FROM events')).toMatchObject({
    rows: [[json, 'String']],
  })
})

it('counts once what is written twice, also by two at once', async () => {
  const { store, partition, source } = await aStore()
  const events = [{ sessionId: 's', receivedAt: 0, events: [anEvent(1), anEvent(2)] }]
  const rejected = [{ sessionId: 's', seq: 3, code: 'bad_event', message: '', raw: '{}', receivedAt: 0 } as const]
  const earlierLabels = [{ sessionId: 's', from: 1, until: 2, labels: { a: '1' } }]
  const group = aGroup(7, { events, rejected, earlierLabels, sessions: [aRecord('s', { committedSeq: 3, stored: 2 })] })
  await Promise.all([store.write(group), partition('partition-07').write(group)])
  await store.write(group)
  const counts = ['events', 'rejected_events', 'sessions'].map((table) => `(SELECT count() FROM ${table})`)
  const labels = '(SELECT count() FROM label_history)'
  expect(await answerOf(source, `SELECT ${counts}, ${labels}`)).toMatchObject({ rows: [[2, 1, 1, 2]] })
})

it('lets what a sink writes late change nothing that its successor has written', async () => {
  const { store } = await aStore()
  await store.write(aGroup(9, { sessions: [aRecord('s', { committedSeq: 9, stored: 9 })] }))
  await store.write(aGroup(7, { sessions: [aRecord('s', { committedSeq: 7, stored: 7 })] }))
  expect((await store.readSessions(['s'])).get('s')?.stored).toBe(9)
  expect((await store.readPosition())?.offset).toBe(9)
})

it('bounds each query in time, rows and bytes', async () => {
  const { source } = await aStore({ timeLimitMs: 1000, maxRows: 3, maxResultBytes: 1000, memoryGrowthMb: 50 })
  await expect(answerOf(source, 'SELECT count() FROM numbers(1000000000000)')).rejects.toMatchObject({
    code: 'query_timeout',
  })
  const many = 'SELECT groupArray(number) FROM numbers(100000000)'
  await expect(answerOf(source, many)).rejects.toMatchObject({ code: 'query_too_large' })
  await expect(answerOf(source, "SELECT repeat('x', 2000)")).rejects.toMatchObject({ code: 'query_too_large' })
  expect(await answerOf(source, 'SELECT number FROM numbers(10)')).toMatchObject({
    rows: [[0], [1], [2]],
    truncated: true,
  })
  expect(await answerOf(source, 'SELECT number FROM numbers(3)')).toMatchObject({
    rows: [[0], [1], [2]],
    truncated: false,
  })
  const wide = "SELECT repeat('x', 600) FROM numbers(2)"
  expect(await answerOf(source, wide)).toMatchObject({ rows: [['x'.repeat(600)]], truncated: true })
})

it.each([
  'SELECT * FROM system.tables',
  'SELECT 1 WHERE 1 IN system.one',
  'SELECT * FROM information_schema.tables',
  "SELECT file('/etc/passwd')",
  "SELECT * FROM file('/etc/passwd', 'LineAsString')",
  "SELECT * FROM (SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString'))",
  "SELECT (SELECT count() FROM merge('system', '.*'))",
  "SELECT * FROM remote('127.0.0.1', system.one)",
  "SELECT * FROM events, cluster('default', system.one)",
  "SELECT dictGet('d', 'a', 1)",
  'SELECT sleep(1)',
  'KILL QUERY WHERE 1',
  'SHOW TABLES',
  'SELECT 1 SETTINGS readonly = 0',
  'WITH x AS (SELECT * FROM system.one) SELECT * FROM x',
  'SELECT 1 IN another.t',
  'SELECT 1 WHERE 1 GLOBAL NOT IN another.t AS t',
  'SELECT nullIn(1, another.t)',
  'SELECT * FROM `another one`.t',
  "SELECT hasColumnInTable('127.0.0.1:1', 'system', 'one', 'dummy')",
  "SELECT aiGenerate('hello')",
  "SELECT * APPLY(x -> file('/etc/passwd')) FROM numbers(1)",
  'SELECT * APPLY(sleep) FROM numbers(1)',
])('refuses %s', async (sql) => {
  const { source } = await aStore()
  await expect(answerOf(source, sql)).rejects.toMatchObject({ code: 'forbidden_sql' })
})

it.each(["SELECT 1 INTO OUTFILE '/tmp/x'", 'SELECT 1 FORMAT CSV', 'SELECT 1 /*', 'SELECT {a:String}'])(
  'takes %s for no query',
  async (sql) => {
    const { source } = await aStore()
    await expect(answerOf(source, sql)).rejects.toMatchObject({ code: 'bad_sql' })
  },
)

it('takes columns and values behind IN', async () => {
  const { source } = await aStore()
  const sql = 'SELECT one.number FROM numbers(3) AS one WHERE one.number IN (1, 2) AND (one.number, 2) NOT IN ((1, 2))'
  expect((await answerOf(source, sql)).rows).toEqual([[2]])
})

it('has the server stop at an answer far beyond its bounds', async () => {
  const { source } = await aStore({ maxResultBytes: 1000 })
  const sql = "SELECT repeat('x', 10000) || number FROM numbers(1000)"
  await expect(answerOf(source, sql)).rejects.toThrow('Limit for result exceeded')
})

it('is no less up for a query that nobody waits for any more', async () => {
  const { source, records } = await aStore()
  const stop = new AbortController()
  const asked = source.sandbox.answer('SELECT 1', async () => {}, { signal: stop.signal })
  await setImmediate()
  stop.abort()
  await expect(asked).rejects.toMatchObject({ code: 'query_interrupted' })
  expect(records.isUp).toBe(true)
})

it('tells the log of a refusal nothing of the payload', async () => {
  const { store } = await aStore()
  const events = [anEvent(1, { version: 1.5, json: '{"password":"secret"}' })]
  const outcome = await store.tryEvent({ sessionId: 's', receivedAt: 0, events })
  expect(outcome).toMatchObject({ kind: 'refused', detail: expect.stringContaining('secret') })
  expect(outcome).toMatchObject({ reason: expect.stringMatching(/^[A-Z_]+ \(\d+\)$/) })
})

it('answers values as they are', async () => {
  const { source } = await aStore()
  const sql = `SELECT toUInt64('18446744073709551615') AS big, -0.0 AS zero, nan AS none, toDecimal128('0.12345678901234567890', 20) AS exact,
    toDateTime64('2026-01-02 03:04:05.123450', 6, 'UTC') AS time, toDateTime('2026-01-02 03:04:05', 'UTC') AS second,
    [NULL, 1] AS list, 'a"\n' AS text`
  expect((await answerOf(source, sql)).rows).toEqual([
    [
      ...['18446744073709551615', '-0', 'nan', '0.1234567890123456789', '2026-01-02T03:04:05.12345Z'],
      ...['2026-01-02T03:04:05.000Z', [null, 1], 'a"\n'],
    ],
  ])
})

it('gives the newest events of all sessions by when they came, each time as a whole', async () => {
  const { store, source } = await aStore()
  const run = (sessionId: string, receivedAt: number, seqs: readonly number[]) => ({
    ...{ sessionId, receivedAt, events: seqs.map((seq) => anEvent(seq)) },
  })
  const now = Date.now()
  const events = [run('a', now, [3, 4]), run('b', now, [1]), run('a', now - 5, [2]), run('a', 1000, [1])]
  const verification = { ...run('v', now, []), events: [anEvent(1, { type: 'downlink_verify' })] }
  const rejected = [1, 2].map((seq) => ({
    ...({ sessionId: 'a', seq: seq + 4, code: 'bad_event', message: '', raw: '{}', receivedAt: seq } as const),
  }))
  await store.write(aGroup(1, { events: [...events, verification], rejected, sessions: [aRecord('a'), aRecord('b')] }))
  const first = await source.pages.stored({ limit: 2 })
  expect(first.events.map(({ id }) => id)).toEqual(['a:4', 'a:3', 'b:1'])
  const second = await source.pages.stored({ limit: 2, before: first.next ?? 0 })
  expect(second.events.map(({ id }) => id)).toEqual(['a:2', 'a:1'])
  const third = await source.pages.stored({ limit: 2, before: second.next ?? 0 })
  expect(third).toEqual({ events: [], next: null })
  expect((await source.pages.stored({ limit: 9, type: 'downlink_verify' })).events).toHaveLength(1)
  const newest = await source.pages.rejected({ limit: 1 })
  expect(newest.events.map(({ seq }) => seq)).toEqual([6])
  expect((await source.pages.rejected({ limit: 1, before: newest.next ?? 0, code: 'bad_event' })).events).toHaveLength(
    1,
  )
})

it('has a view a type, with the columns that its schema promises', async () => {
  const { store, source, defineEvents } = await aStore()
  const int = { type: 'integer', minimum: -(2 ** 53), maximum: 2 ** 53 }
  const text = { type: 'string' }
  const shot = schemaOf({
    ...{ ship: text, n: int, x: { type: 'number' }, hit: { type: 'boolean' }, at: { type: 'array' }, type: text },
    ...{ "odd 'key`\\": text, seq: text },
  })
  await defineEvents(defineTypes({ shot, 'it`s \\ a "type"': schemaOf({ n: int }), positions: schemaOf({}) }))
  const payload = `{"ship":"a","n":9007199254740993,"x":-0.5,"hit":true,"at":[1, 2.50],"type":"t","odd 'key\`\\\\":"o","seq":"s"}`
  const events = [
    anEvent(1, { json: payload }),
    anEvent(2, { json: '{"ship":5,"n":"x","x":null}' }),
    anEvent(3, { json: 'null' }),
    anEvent(4, { type: 'it`s \\ a "type"', json: '{"n":7}' }),
    anEvent(5, { type: 'positions', json: '{}' }),
  ]
  await store.write(aGroup(1, { events: [{ sessionId: 's', receivedAt: 0, events }], sessions: [aRecord('s')] }))
  const columns = "ship, n, x, hit, at, type, `odd 'key\\`\\\\`, data_seq"
  expect((await answerOf(source, `SELECT seq, ${columns} FROM shot ORDER BY seq`)).rows).toEqual([
    [1, 'a', '9007199254740993', -0.5, true, '[1,2.5]', 't', 'o', 's'],
    [2, '5', null, null, null, null, null, null, null],
    [3, null, null, null, null, null, null, null, null],
  ])
  expect((await answerOf(source, 'SELECT seq, n FROM `it\\`s \\\\ a "type"`')).rows).toEqual([[4, 7]])
  expect((await answerOf(source, 'SELECT seq FROM event_positions')).rows).toEqual([[5]])
  expect(await store.readPosition()).toBeDefined()
})

it('expires whole days, which the ledgers and the sessions tell', async () => {
  const { store, source, expire } = await aStore()
  const dayMs = 86_400_000
  const runs = [1, 2, 3].map((day) => ({
    sessionId: 's',
    receivedAt: day * dayMs,
    events: [anEvent(2 * day), anEvent(2 * day + 1)],
  }))
  const rejected = [{ sessionId: 's', seq: 1, code: 'bad_event', message: '', raw: '{}', receivedAt: dayMs } as const]
  const record = aRecord('s', { committedSeq: 7, pushed: 7, stored: 6, rejected: { bad_event: 1 }, ended: true })
  await store.write(aGroup(1, { events: runs, rejected, sessions: [record] }))
  expect(await expire(3 * dayMs - 1)).toEqual({ events: 2, rejected: 1 })
  expect(await expire(3 * dayMs)).toEqual({ events: 2, rejected: 0 })
  expect(await source.ledgers.get('s')).toMatchObject({ stored: 2, expired: 4, balanced: true })
  expect((await source.search.find({ sort: 'newest', limit: 1 })).sessions[0]).toMatchObject({ stored: 2, expired: 4 })
  expect((await answerOf(source, 'SELECT stored, expired, balanced FROM ledgers')).rows).toEqual([[2, 4, true]])
  expect((await source.pages.stored({ session: 's', after: 0, limit: 9 })).events.map(({ seq }) => seq)).toEqual([6, 7])
  // What sinks write again is what they had written.
  expect((await store.readSessions(['s'])).get('s')).toEqual(record)
})

it('tells the time by its server, and when the newest came', async () => {
  const { store, readTimes } = await aStore()
  const before = Date.now()
  const { nowsMs, newestMs } = await readTimes()
  expect(nowsMs).toHaveLength(1)
  expect(nowsMs[0]).toBeGreaterThanOrEqual(before)
  expect([nowsMs[0] === Math.min(nowsMs[0] ?? 0, Date.now()), newestMs]).toEqual([true, undefined])
  const events = [{ sessionId: 's', receivedAt: startMs, events: [anEvent(1)] }]
  const rejected = [
    { sessionId: 's', seq: 2, code: 'bad_event', message: '', raw: '1', receivedAt: startMs + 7 } as const,
  ]
  await store.write(aGroup(1, { events, rejected }))
  expect((await readTimes()).newestMs).toBe(startMs + 7)
})

it('shows nothing of a forgotten session that a late sink writes once more, and erases it with the next look', async () => {
  const { store, source, forget, erase } = await aStore()
  const events = [{ sessionId: 's', receivedAt: startMs, events: [anEvent(1), anEvent(2)] }]
  const record = aRecord('s', { committedSeq: 2, pushed: 2, stored: 2, labels: { player: 'ann' } })
  const earlierLabels = [{ sessionId: 's', from: 1, until: 2, labels: { player: 'guest' } }]
  // Rows that differ, or the server would know the insert again.
  const late = (version: number) =>
    aGroup(7, {
      events: events.map((run) => ({ ...run, events: [anEvent(1, { version }), anEvent(2, { version })] })),
      ...{ sessions: [{ ...record, lastSeenMs: version }], earlierLabels },
    })
  await store.write(late(1))
  await forget('s')
  expect(await store.write({ ...late(2), position: aGroup(8, {}).position })).toEqual({ kind: 'written' })
  expect((await source.pages.stored({ session: 's', after: 0, limit: 9 })).events).toEqual([])
  expect(await source.ledgers.get('s')).toMatchObject({ stored: 0, forgotten: 2 })
  expect((await source.labels.read()).labels).toEqual([])
  for (const table of ['sessions', 'labels'] as const) {
    const where = "JSONExtractString(labels, 'player') = 'guest'"
    const dumped = await source.dumps.write({ table, format: 'ndjson', where })
    expect([table, dumped.rows]).toEqual([table, 0])
    await dumped.remove()
  }
  const rows = ['event_rows', 'earlier_labels', "session_rows WHERE labels LIKE '%ann%'"]
  const left = `SELECT ${rows.map((table) => `(SELECT count() FROM ${table})`).join(' + ')} AS n`
  expect((await answerOf(source, left)).rows).not.toEqual([[0]])
  expect(await erase()).toEqual({ events: 2, rejected: 0 })
  expect((await answerOf(source, left)).rows).toEqual([[0]])
})

it('erases more sessions than a statement could name, and whatever a late sink wrote of them', async () => {
  const connection = await connectClickHouse({ url: await aDatabase() })
  onTestFinished(connection.close)
  await prepareTables(connection)
  const store = createClickHouseStore(connection, 'partition-07')
  const ids = Array.from({ length: 1001 }, () => randomUUID())
  const write = (version: number) => {
    const events = ids.map((sessionId) => ({ sessionId, receivedAt: startMs, events: [anEvent(1, { version })] }))
    return store.write(aGroup(version, { events, sessions: ids.map((id) => aRecord(id)) }))
  }
  await write(1)
  await expect(eraseForgotten(connection, ids)).rejects.toMatchObject({ code: 'store_unavailable' })
  const forgotten = ids.map((id) => [id, 1, 1])
  await connection.insert(targets.forgotten, forgotten)
  expect(await eraseForgotten(connection, ids)).toEqual({ events: 1001, rejected: 0 })
  await write(2)
  expect(await eraseForgotten(connection)).toEqual({ events: 1001, rejected: 0 })
  expect(await connection.rows('SELECT count() AS n FROM event_rows')).toEqual([{ n: 0 }])
})

it('finds as many sessions as may be picked at once', async () => {
  const { store, matchingSessions } = await aStore()
  const sessions = Array.from({ length: 10_000 }, () => aRecord(randomUUID()))
  await store.write(aGroup(1, { sessions }))
  const limits = resolveQueryLimits({})
  expect(await matchingSessions('true', limits)).toHaveLength(10_000)
  await store.write(aGroup(2, { sessions: [aRecord('s')] }))
  await expect(matchingSessions('true', limits)).rejects.toMatchObject({
    code: 'query_too_large',
    message: expect.stringContaining('at most 10000'),
  })
})

it('tells each of many forgotten sessions by its own end, however many threads read them', async () => {
  const connection = await connectClickHouse({ url: await aDatabase() })
  onTestFinished(connection.close)
  await prepareTables(connection)
  await connection.run('SYSTEM STOP MERGES forgotten_sessions')
  const [parts, each] = [40, 20_000]
  for (let part = 0; part < parts; part++) {
    await connection.run(
      `INSERT INTO forgotten_sessions SELECT leftPad(toString(number), 8, '0'), number, 1 FROM numbers(${part * each}, ${each})`,
    )
  }
  await connection.run(
    `INSERT INTO event_rows (session_id, seq) SELECT leftPad(toString(number), 8, '0'), number FROM numbers(${parts * each})`,
  )
  const left = await connection.rows('SELECT count() AS rows FROM current_events SETTINGS max_threads = 8')
  expect(left).toEqual([{ rows: 0 }])
})

it('counts no event as expired that was forgotten before, whose row a late sink has written once more', async () => {
  const { store, source, forget, expire } = await aStore()
  const receivedAt = 0
  const run = (from: number, to: number) => {
    const events = Array.from({ length: to - from + 1 }, (_, at) => anEvent(from + at))
    return [{ sessionId: 's', receivedAt, events }]
  }
  const record = aRecord('s', { committedSeq: 10, pushed: 10, stored: 10 })
  await store.write(aGroup(1, { events: run(1, 10), sessions: [record] }))
  await forget('s')
  const late = run(1, 10).map((one) => ({ ...one, events: one.events.map((event) => ({ ...event, version: 2 })) }))
  await store.write(aGroup(1001, { events: late }))
  const restarted = { ...record, committedSeq: 15, pushed: 15, stored: 5, forgotten: 10 }
  await store.write(aGroup(1002, { events: run(11, 15), sessions: [restarted] }))
  await expire(86_400_000)
  expect(await source.ledgers.get('s')).toMatchObject({ stored: 0, expired: 5, forgotten: 10, balanced: true })
})

it('expires a day that is larger than what the server drops unasked', async () => {
  const url = await aDatabase()
  const connection = await connectClickHouse({ url })
  onTestFinished(connection.close)
  await prepareTables(connection)
  const store = createClickHouseStore(connection, 'partition-07')
  await store.write(aGroup(1, { events: [{ sessionId: 's', receivedAt: 0, events: [anEvent(1)] }] }))
  const [, host = '', database = ''] = /^clickhouse:\/\/(.*)\/(.*)$/.exec(url) ?? []
  const run = async (body: string) => {
    const parameters = `database=${database}&max_partition_size_to_drop=1`
    const response = await fetch(`http://${host}/?${parameters}`, { method: 'POST', body })
    if (!response.ok) throw new Error(await response.text())
  }
  expect(await expireDays({ ...connection, run }, 86_400_000)).toEqual({ events: 1, rejected: 0 })
})

it('says what is not there yet, and never answers it wrongly', async () => {
  const { store } = await aStore()
  const operation = { id: 'o', kind: 'expire', askedAtMs: 1, receivedBeforeMs: 1 } as const
  expect(await store.apply({ operation, position: aGroup(1, {}).position })).toMatchObject({ kind: 'unavailable' })
})

it('notices that the server is away, and that it is there again', async () => {
  const server = await aClickHouse('secret')
  const file = join(await aFolder(), 'credentials')
  await writeFile(file, 'default:secret\n')
  const url = server.url.replace('http', 'clickhouse')
  const clickhouse = await openClickHouse({ url, credentials: file })
  onTestFinished(() => clickhouse.close())
  await server.kill()
  const store = clickhouse.partition('p')
  await expect(clickhouse.records.readSessions(['s'])).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(await store.write(aGroup(1, { sessions: [aRecord('s')] }))).toMatchObject({ kind: 'unavailable' })
  expect(clickhouse.records.isUp).toBe(false)
  const isUpAgain = new Promise<void>((resolve) => clickhouse.records.onUp(resolve))
  const again = await startClickHouse(server.folder, Number(new URL(server.url).port), 'secret')
  onTestFinished(again.kill)
  await isUpAgain
  expect(await store.write(aGroup(1, { sessions: [aRecord('s')] }))).toEqual({ kind: 'written' })
  expect((await clickhouse.records.readSessions(['s'])).size).toBe(1)
})

it('looks for the server no more once it is closed', async () => {
  const timers: (() => unknown)[] = []
  const setTimer = (work: () => void) => {
    timers.push(work)
    return () => {}
  }
  const connection = await connectClickHouse({ url: 'clickhouse://127.0.0.1:1', setTimer })
  await expect(connection.run('SELECT 1')).rejects.toThrow()
  const looked = timers[0]?.()
  const asked = connection.run('SELECT 1')
  await connection.close()
  await Promise.allSettled([looked, asked])
  expect(timers).toHaveLength(1)
})

it.each([
  [{ url: 'http://127.0.0.1:8123' }, 'bad_option'],
  [{ url: 'clickhouse://user:secret@127.0.0.1/x' }, 'bad_option'],
  [{ url: 'clickhouse://:secret@127.0.0.1/x' }, 'bad_option'],
  [{ url: 'clickhouse://secret@127.0.0.1' }, 'bad_option'],
  [{ url: 'clickhouse://user:sec/secret@127.0.0.1' }, 'bad_option'],
  [{ url: 'clickhouse://127.0.0.1/x?password=secret' }, 'bad_option'],
  [{ url: 'clickhouse://127.0.0.1/x#secret' }, 'bad_option'],
  [{ url: 'clickhouse:secret' }, 'bad_option'],
  [{ url: 'http://user:secret@127.0.0.1:8123' }, 'bad_option'],
  [{ url: 'clickhouse://127.0.0.1/x/y' }, 'bad_option'],
  [{ url: 'nonsense' }, 'bad_option'],
  [{ url: 'clickhouse://127.0.0.1:1', credentials: '/nowhere' }, 'bad_option'],
  [{ url: 'clickhouse://127.0.0.1:1' }, 'store_unavailable'],
])('refuses %o with %s', async (options, code) => {
  const opened = openClickHouse(options)
  await expect(opened).rejects.toMatchObject({ code })
  await expect(opened).rejects.not.toThrow(/secret/)
})

it('lets nobody in without the right credentials', async () => {
  const { url } = await aClickHouse('secret')
  await expect(openClickHouse({ url: url.replace('http', 'clickhouse') })).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining('Authentication failed'),
  })
})
