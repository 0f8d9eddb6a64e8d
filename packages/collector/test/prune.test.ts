/** What is too old is deleted, by who asks for it and by the collector itself, and each ledger still adds up. */
import { stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Collector, CollectorOptions, Listening } from '@downlink/collector'
import { diagnose, repair } from '@downlink/collector/doctor'
import { expect, it } from 'vitest'
import { changeDatabase } from './change-database.ts'
import { aClient, aCollector, aFolder, aHello, rowsOf } from './harness.ts'
import { expectLedgersToAddUp } from './ledger-equation.ts'

const dayMs = 86_400_000
const events = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ type: 'hit', timestamp: at, data: { at } }))

/** A session of 5 events and a rejected one, which came 40 days ago, and one of 3 that came now. */
async function aFolderOfTwo() {
  const data = await aFolder()
  const old = aHello()
  const { listening, stop } = await aCollector({ data })
  const first = await aClient(listening, old)
  await first.hello()
  await first.batch(1, [...events(5), { type: 7 }])
  await stop()
  await changeDatabase(
    data,
    'UPDATE events SET received_at = received_at - INTERVAL 40 DAY; UPDATE rejected_events SET received_at = received_at - INTERVAL 40 DAY',
  )
  return { data, old }
}

async function prune({ url }: Pick<Listening, 'url'>, olderThanMs: number, more = '') {
  const response = await fetch(`${url}/api/prune?olderThanMs=${olderThanMs}${more}`, { method: 'POST' })
  const lines = (await response.text()).trim().split('\n')
  return { status: response.status, last: JSON.parse(lines.at(-1) ?? ''), lines: lines.length }
}

const queryOf = (collector: Collector) => async (sql: string) => (await collector.query(sql)).rows

async function aCollectorOfTwo(options: CollectorOptions = {}) {
  const { data, old } = await aFolderOfTwo()
  const running = await aCollector({ ...options, data })
  const client = await aClient(running.listening)
  await client.hello()
  await client.batch(1, events(3))
  return { ...running, old, client, query: queryOf(running.collector) }
}

const selectCounts = `SELECT (SELECT count(*) FROM events)::INT, (SELECT count(*) FROM rejected_events)::INT,
  (SELECT sum(stored) FROM ledgers)::INT, (SELECT sum(expired) FROM ledgers)::INT,
  (SELECT sum(rejected) FROM ledgers)::INT, (SELECT count(*) FROM ledgers WHERE balanced)::INT`

it('counts what would be deleted, then deletes it: sessions and counts stay, in the database and beside it', async () => {
  const { listening, query, data, stop } = await aCollectorOfTwo()
  expect(await prune(listening, 30 * dayMs, '&dryRun=true')).toMatchObject({
    last: { result: { events: 5, rejected: 1 } },
  })
  expect(await query(selectCounts)).toEqual([[8, 1, 8, 0, 1, 2]])
  expect(await prune(listening, 30 * dayMs)).toMatchObject({
    status: 200,
    last: { result: { events: 5, rejected: 1 } },
  })
  expect(await query(selectCounts)).toEqual([[3, 0, 3, 5, 1, 2]])
  await expectLedgersToAddUp(query)
  const metrics = await (await fetch(`${listening.url}/metrics`)).text()
  expect(metrics).toContain('downlink_events_expired_total 5')
  expect(await prune(listening, 30 * dayMs)).toMatchObject({ last: { result: { events: 0, rejected: 0 } }, lines: 1 })
  await stop()
  expect(await diagnose(data)).toMatchObject({ status: 'sound' })
})

it('rewrites the database where it is told to, while events go on to be taken, and says what that came to', async () => {
  const { listening, query, client } = await aCollectorOfTwo()
  const pruned = prune(listening, 30 * dayMs, '&compact=true')
  expect(await client.batch(4, events(2))).toMatchObject({ t: 'ack', seq: 5 })
  const { last } = await pruned
  expect(last.result).toMatchObject({ events: 5, rejected: 1, compaction: { bytesBefore: expect.any(Number) } })
  const [first] = await query(selectCounts)
  expect(first).toEqual([5, 0, 5, 5, 1, 2])
  await expectLedgersToAddUp(query)
  const alone = await fetch(`${listening.url}/api/prune?compact=true`, { method: 'POST' })
  expect(await alone.text()).toContain('"events":0,"rejected":0,"clockAheadMs":0,"compaction":{"bytesBefore":')
  expect((await fetch(`${listening.url}/api/prune`, { method: 'POST' })).status).toBe(400)
})

it('takes a sequence that has expired for a repeat, and what follows it', async () => {
  const { listening, query, old } = await aCollectorOfTwo()
  await prune(listening, 30 * dayMs)
  const again = await aClient(listening, { ...old, conn: 2 })
  expect(await again.hello()).toMatchObject({ t: 'welcome', ack: 6 })
  expect(await again.batch(4, events(4))).toMatchObject({ t: 'ack', seq: 7, totals: { rejected: { bad_event: 1 } } })
  expect(await query('SELECT stored, expired FROM ledgers WHERE expired > 0')).toEqual([[1, 5]])
  await expectLedgersToAddUp(query)
})

it('refuses what it does not know', async () => {
  const { listening } = await aCollector()
  const asked = async (query: string) => (await fetch(`${listening.url}/api/prune${query}`, { method: 'POST' })).status
  expect(await asked('')).toBe(400)
  expect(await asked('?olderThanMs=-1')).toBe(400)
  expect(await asked('?olderThanMs=1&dryrun=true')).toBe(400)
  expect((await fetch(`${listening.url}/api/prune?olderThanMs=1`)).status).toBe(404)
})

it('wants the admin token where there is one', async () => {
  const { listening } = await aCollector({ readToken: 'r', adminToken: 'a' })
  const asked = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${listening.url}/api/prune?olderThanMs=1`, { method: 'POST', headers })).status
  }
  expect([await asked('r'), await asked('x'), await asked('a')]).toEqual([403, 401, 200])
})

it('keeps events as long as the collector is told', async () => {
  const { listening, query, collector } = await aCollectorOfTwo({ retention: { keepMs: 30 * dayMs } })
  const health = async () => (await (await fetch(`${listening.url}/api/health`)).json()).retention
  await expect.poll(async () => (await health()).lastRunAt, { timeout: 60_000 }).not.toBeNull()
  expect(await query(selectCounts)).toEqual([[3, 0, 3, 5, 1, 2]])
  expect(await health()).toMatchObject({ keepMs: 30 * dayMs, maxBytes: null, failures: 0 })
  await collector.close()
})

it('deletes nothing at a start whose clock is ten years ahead of where it was at the end before', async () => {
  const { data } = await aFolderOfTwo()
  const wallMs = Date.now() - 3650 * dayMs
  await writeFile(join(data, 'age-clock.json'), JSON.stringify({ wallMs, ageMs: wallMs, steadyMs: null }))
  const { listening, collector } = await aCollector({ data, retention: { keepMs: 30 * dayMs } })
  const health = async () => (await (await fetch(`${listening.url}/api/health`)).json()).retention
  await expect.poll(async () => (await health()).lastRunAt).toEqual(expect.any(Number))
  expect(await queryOf(collector)(selectCounts)).toEqual([[5, 1, 5, 0, 1, 1]])
})

it('prunes by hand by how long it has run, where the clock is ten years ahead of that, unless it is told to trust it', async () => {
  const { data } = await aFolderOfTwo()
  const wallMs = Date.now() - 3650 * dayMs
  await writeFile(join(data, 'age-clock.json'), JSON.stringify({ wallMs, ageMs: wallMs, steadyMs: null }))
  const { listening, collector } = await aCollector({ data })
  const { last } = await prune(listening, 0)
  expect(last.result).toEqual({ events: 0, rejected: 0, clockAheadMs: expect.any(Number) })
  expect(last.result.clockAheadMs / dayMs).toBeCloseTo(3650, 1)
  expect(await queryOf(collector)(selectCounts)).toEqual([[5, 1, 5, 0, 1, 1]])
  const trusted = await prune(listening, 0, '&trustClock=true')
  expect(trusted.last.result).toMatchObject({ events: 5, rejected: 1, clockAheadMs: 0 })
})

it('revives nothing from the log where the database is rebuilt', async () => {
  const data = await aFolder()
  const { listening, collector, stop } = await aCollector({ data })
  const client = await aClient(listening)
  await client.hello()
  await client.batch(1, events(4))
  expect(await prune(listening, 0)).toMatchObject({ last: { result: { events: 4 } } })
  await client.batch(5, events(2))
  await expectLedgersToAddUp(queryOf(collector))
  await stop()
  const file = join(data, 'downlink.duckdb')
  await changeDatabase(data, 'DELETE FROM events; UPDATE sessions SET stored = 2')
  const { after } = await repair(data)
  expect(after.status).toBe('sound')
  expect(await rowsOf(data, 'SELECT stored, expired, missing, committed_seq FROM sessions')).toEqual([[2n, 4n, 0n, 6n]])
  expect((await stat(file)).size).toBeGreaterThan(0)
  // Without a database all of the log is read, and the operation in it applied again.
  await truncate(file)
  const again = await aCollector({ data })
  expect(await queryOf(again.collector)('SELECT stored, expired, missing FROM ledgers')).toEqual([[2, 4, 0]])
  await expectLedgersToAddUp(queryOf(again.collector))
})
