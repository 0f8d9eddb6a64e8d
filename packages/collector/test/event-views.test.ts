/** Views over real rows, good ones and bad. */
import { defineEvents } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { z } from 'zod'
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
  const { columns, rows } = await store.query('SELECT * EXCLUDE (ts, received_at) FROM hit')
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
    `SELECT * EXCLUDE (ts, received_at) FROM "${hostile.replaceAll('"', '""')}"`,
  )
  expect(columns.map(({ name }) => name)).toEqual(['session_id', 'seq', `a/b~"c'`, 'empty', 'data_seq'])
  expect(rows).toEqual([['s', 1, 1, 2, 3]])
})

it('adds a ledger up', async () => {
  const store = await aReadStore()
  const row = (id: string, mark: number, pushed: number, stored: number, missing: number, ended: boolean) =>
    store.run(`INSERT INTO sessions VALUES ('${id}', 'acked', ${mark}, ${pushed}, ${stored}, '{"bad_text":1}',
      '{"overflow":2,"oversize":1}', ${missing}, ${ended}, now()::TIMESTAMP, now()::TIMESTAMP, NULL, NULL, NULL, NULL, NULL)`)
  await row('open', 10, 12, 5, 1, false)
  await row('over', 10, 12, 6, 0, true)
  await row('wrong', 10, 10, 5, 0, true)
  await row('lost', 10, 10, 5, 1, true)
  await row('whole', 10, 12, 6, 0, false)
  const { columns, rows } = await store.query('SELECT * EXCLUDE (last_seen) FROM ledgers')
  expect(columns.map(({ name }) => name)).toEqual([
    ...['session_id', 'pushed', 'stored', 'rejected', 'dropped', 'missing', 'outstanding', 'ended', 'balanced'],
  ])
  expect(rows).toEqual([
    ['open', 12, 5, 1, 3, 1, 2, false, false],
    ['over', 12, 6, 1, 3, 2, 0, true, false],
    ['wrong', 10, 5, 1, 3, 0, 0, true, false],
    ['lost', 10, 5, 1, 3, 1, 0, true, false],
    ['whole', 12, 6, 1, 3, 0, 2, false, true],
  ])
})
