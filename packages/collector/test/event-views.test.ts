/** Views over real rows, good ones and bad. */
import { defineEvents, versions } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { aCollector, post } from './harness.ts'
import { aReadStore } from './read-store-harness.ts'

const hostile = `it's "odd"; DROP TABLE events --`

const definitions = defineEvents({
  hit: z.object({ shipId: z.string(), damage: z.int(), x: z.number(), lethal: z.boolean(), tags: z.array(z.string()) }),
  sessions: z.object({ n: z.int() }),
  [hostile]: z.object({ 'a/b~"c\'': z.int(), '': z.int(), seq: z.int() }),
})

it('gives each type its columns', async () => {
  const store = await aReadStore({ definitions })
  await store.commit('hit', { shipId: 'r1', damage: 10, x: 1.5, lethal: true, tags: ['a'] })
  await store.commit('sessions', { n: 1 })
  const { columns, rows } = await store.query('SELECT * EXCLUDE (ts, corrected_ts, received_at, context) FROM hit')
  expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'session_id VARCHAR',
    'seq BIGINT',
    'shipId VARCHAR',
    'damage BIGINT',
    'x DOUBLE',
    'lethal BOOLEAN',
    'tags JSON',
  ])
  expect(rows).toEqual([['s', 1, 'r1', 10, 1.5, true, ['a']]])
  expect(await store.rows('SELECT n FROM event_sessions')).toEqual([[1]])
})

it('reads null where a row is not what the schema says', async () => {
  const store = await aReadStore({ definitions })
  const bad = [
    'null',
    '[]',
    '"text"',
    '{"damage":"much","x":{},"lethal":7}',
    '{"shipId":"\\ud800"}',
    '{"damage":1e99}',
    '{broken',
  ]
  for (const data of bad) await store.commit('hit', data)
  await store.commit('hit', { damage: 1 })
  const { rows } = await store.query('SELECT damage, x, lethal FROM hit ORDER BY seq')
  expect(rows).toHaveLength(bad.length + 1)
  expect(rows.at(-1)).toEqual([1, null, null])
  expect(await store.rows('SELECT sum(damage), count(shipId), count(tags) FROM hit')).toEqual([
    [1, expect.anything(), 0],
  ])
})

it('quotes every name', async () => {
  const store = await aReadStore({ definitions })
  await store.commit(hostile, { 'a/b~"c\'': 1, '': 2, seq: 3 })
  const { columns, rows } = await store.query(
    `SELECT * EXCLUDE (ts, corrected_ts, received_at, context) FROM "${hostile.replaceAll('"', '""')}"`,
  )
  expect(columns.map(({ name }) => name)).toEqual(['session_id', 'seq', `a/b~"c'`, 'empty', 'data_seq'])
  expect(rows).toEqual([['s', 1, 1, 2, 3]])
})

it('adds a ledger up', async () => {
  const store = await aReadStore()
  const row = (
    id: string,
    committedSeq: number,
    pushed: number,
    stored: number,
    missing: number,
    ended: boolean,
    silentSeconds = 0,
  ) =>
    store.run(`INSERT INTO sessions BY NAME SELECT '${id}' AS session_id, 'acked' AS delivery,
      ${committedSeq} AS committed_seq, ${pushed} AS pushed, ${stored} AS stored, '{"bad_text":1}' AS rejected,
      '{"overflow":2,"oversize":1}' AS dropped, ${missing} AS missing, ${ended} AS ended,
      now()::TIMESTAMP AS first_seen, now()::TIMESTAMP - INTERVAL ${silentSeconds} SECOND AS last_seen`)
  await row('open', 10, 12, 5, 1, false)
  await row('over', 10, 12, 6, 0, true)
  await row('wrong', 10, 10, 5, 0, true)
  await row('lost', 10, 10, 5, 1, true)
  await row('whole', 10, 12, 6, 0, false)
  await row('crashed', 10, 12, 6, 0, false, 61)
  await row('silent', 10, 10, 6, 0, false, 61)
  const { columns, rows } = await store.query('SELECT * EXCLUDE (last_seen) FROM ledgers')
  expect(columns.map(({ name }) => name)).toEqual([
    ...[
      'session_id',
      'pushed',
      'stored',
      'expired',
      'forgotten',
      'rejected',
      'dropped',
      'missing',
      'outstanding',
      'ended',
      'lost_page',
      'balanced',
    ],
  ])
  expect(rows).toEqual([
    ['open', 12, 5, 0, 0, 1, 3, 1, 2, false, false, false],
    ['over', 12, 6, 0, 0, 1, 3, 2, 0, true, false, false],
    ['wrong', 10, 5, 0, 0, 1, 3, 0, 0, true, false, false],
    ['lost', 10, 5, 0, 0, 1, 3, 1, 0, true, false, false],
    ['whole', 12, 6, 0, 0, 1, 3, 0, 2, false, false, true],
    ['crashed', 12, 6, 0, 0, 1, 3, 0, 2, false, true, true],
    ['silent', 10, 6, 0, 0, 1, 3, 0, 0, false, false, true],
  ])
})

it('makes a view of every type that can be named, and starts all the same', async () => {
  const names = ['😀'.repeat(64), 'a b', "o'dd", '"', '$$', '--', ' ', 'select', 'é', 'É', 'hit', 'HIT', 'pg_class']
  const schema = z.object({ 'a\0b': z.string(), '\ufeff': z.string() })
  const store = await aReadStore({ definitions: defineEvents(Object.fromEntries(names.map((name) => [name, schema]))) })
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
  for (const name of names) await store.commit(name, { 'a\0b': name })
  for (const name of names.slice(0, 9)) {
    expect(await store.rows(`SELECT ab FROM ${quoted(name)}`)).toEqual([[name]])
  }
  expect(await store.rows('SELECT ab FROM event_pg_class')).toEqual([['pg_class']])
  expect(await store.rows('SELECT ab FROM "HIT_2"')).toEqual([['HIT']])
})

it('starts with ten thousand types before their columns are looked at, and reads them', async () => {
  let asked = 0
  const jsonSchema = {
    input: () => {
      asked++
      return { type: 'object', properties: { n: { type: 'number' } } }
    },
  }
  const schema = {
    '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }), jsonSchema },
  } as const
  const types = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`type_${at}`, schema]))
  const store = await aReadStore({ definitions: defineEvents(types) })
  expect(asked).toBe(0)
  await store.commit('type_9999', { n: 7 })
  expect(await store.rows('SELECT n FROM type_9999')).toEqual([[7]])
  expect(await store.rows("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'main'")).toEqual([
    [10_005],
  ])
})

it('keeps the view of a type that is no longer defined, and its rows', async () => {
  const before = await aCollector({ events: definitions })
  await post(before.listening, [{ type: 'hit', data: { shipId: 'r1', damage: 1, x: 0, lethal: true, tags: [] } }])
  await before.collector.query('SELECT damage FROM hit')
  await before.stop()
  const renamed = defineEvents({ struck: z.object({ n: z.int() }) })
  const { collector } = await aCollector({ data: before.data, events: renamed })
  const rows = async (sql: string) => (await collector.query(sql)).rows
  const names = [
    'event_sessions',
    'events',
    'hit',
    hostile,
    'label_history',
    'ledgers',
    'rejected_events',
    'sessions',
    'struck',
  ]
  expect(await rows('SHOW TABLES')).toEqual(names.map((name) => [name]))
  for (const name of names) await rows(`FROM "${name.replaceAll('"', '""')}"`)
  expect(await rows('SELECT damage FROM hit')).toEqual([[1]])
  expect(await rows("SELECT data->'shipId' FROM events WHERE type = 'hit'")).toEqual([['r1']])
})

it('makes a view anew where its definition has changed', async () => {
  const first = await aCollector({ events: defineEvents({ hit: z.object({ n: z.number() }), other: z.unknown() }) })
  await post(first.listening, [{ type: 'hit', data: { n: 1 } }])
  expect((await first.collector.query('SELECT n FROM hit')).rows).toEqual([[1]])
  await first.stop()
  const changed = defineEvents({ hit: z.object({ n: z.string(), m: z.int().optional() }), other: z.unknown() })
  const { collector } = await aCollector({ data: first.data, events: changed })
  expect((await collector.query('SELECT n, m FROM hit')).rows).toEqual([['1', null]])
  expect((await collector.query('SELECT count(*) FROM other')).rows).toEqual([[0]])
})

it('reads a type that nobody ever defined', async () => {
  const store = await aReadStore()
  await store.commit('unheard', 1)
  expect(await store.rows("SELECT data FROM events WHERE type = 'unheard'")).toEqual([[1]])
})

it('stores and counts what no schema accepts where it only warns, and rejects what can not be stored', async () => {
  const events = defineEvents({ hit: z.object({ n: z.int() }), late: versions([2, z.object({ n: z.int() })]) })
  const { listening, collector } = await aCollector({ events, schemaMode: 'warn' })
  const sent = [
    { type: 'hit', data: { n: 1 } },
    { type: 'hit', data: { n: 'one' } },
    { type: 'nobody_knows', data: {} },
    { type: 'late', data: {} },
    { type: 'hit', data: { n: '\ud800' } },
  ]
  const { totals } = (await (await post(listening, sent)).json()) as { totals: object }
  expect(totals).toEqual({ dropped: {}, rejected: { bad_text: 1 } })
  expect(
    (await collector.query('SELECT type, n FROM events LEFT JOIN hit USING (session_id, seq) ORDER BY seq')).rows,
  ).toEqual([
    ['hit', 1],
    ['hit', null],
    ['nobody_knows', null],
    ['late', null],
  ])
  const { schemaWarnings } = (await (await fetch(`${listening.url}/api/health`)).json()) as { schemaWarnings: object }
  expect(schemaWarnings).toEqual([
    { code: 'invalid_payload', type: 'hit', message: expect.stringContaining('data.n: '), events: 1 },
    { code: 'unknown_type', type: 'nobody_knows', message: expect.any(String), events: 1 },
    { code: 'unknown_version', type: 'late', message: 'Expected version 2 or newer of "late", got none', events: 1 },
  ])
  const metrics = await (await fetch(`${listening.url}/metrics`)).text()
  expect(metrics).toContain('downlink_schema_warnings_total{code="unknown_type"} 1')
})

it('reads events of all versions through one view, from the wire on', async () => {
  const events = defineEvents({
    hit: versions(
      [1, z.object({ ship: z.string(), team: z.string() })],
      [2, z.object({ shipId: z.string(), team: z.int() })],
    ),
  })
  const { listening, collector } = await aCollector({ events })
  const sent = [
    { type: 'hit', data: { ship: 'r1', team: 'red' } },
    { type: 'hit', version: 2, data: { shipId: 'r2', team: 7 } },
    { type: 'hit', version: 2, data: { ship: 'r3', team: 'red' } },
  ]
  await post(listening, sent)
  const { rows } = await collector.query('SELECT ship, shipId, team FROM hit ORDER BY seq')
  expect(rows).toEqual([
    ['r1', null, 'red'],
    [null, 'r2', 7],
  ])
  const rejected = await collector.query('SELECT code, raw FROM rejected_events')
  expect(rejected.rows).toEqual([['invalid_payload', JSON.stringify(sent[2])]])
})
