/** The read API of a collector of a cluster: the routes of any collector, over ClickHouse. */
import { expect, it, onTestFinished } from 'vitest'
import { openClickHouse } from '../../packages/collector/src/clickhouse/open-clickhouse.ts'
import { serveClusterReads } from '../../packages/collector/src/cluster-reads.ts'
import { resolveQueryLimits } from '../../packages/collector/src/query/query-limits.ts'
import { silentLogger } from '../../packages/collector/test/harness.ts'
import { aGroup, anEvent, aRecord } from '../../packages/collector/test/store-contract.ts'
import { sharedClickHouse } from './clickhouse-process.ts'

const aDatabase = sharedClickHouse()

async function someReads(behindSince: (waitMs: number) => Promise<number | undefined> = async () => undefined) {
  const clickhouse = await openClickHouse({ url: await aDatabase() })
  onTestFinished(() => clickhouse.close())
  const source = clickhouse.source({ limits: resolveQueryLimits(), wallMs: Date.now, folder: '/nowhere' })
  const reads = await serveClusterReads({ source, logger: silentLogger, behindSince })
  onTestFinished(reads.close)
  const get = async (path: string, prefer?: string) => {
    const response = await reads.client.send({ method: 'GET', path, prefer })
    let text = ''
    for await (const chunk of response) text += chunk
    return { status: response.statusCode, headers: response.headers, answer: JSON.parse(text) }
  }
  return { store: clickhouse.partition('p'), client: reads.client, get }
}

it('answers ledgers, sessions, timelines, events and queries', async () => {
  const { store, client, get } = await someReads()
  const events = [{ sessionId: 's', receivedAt: 5, events: [anEvent(1), anEvent(2)] }]
  await store.write(
    aGroup(1, { events, sessions: [aRecord('s', { committedSeq: 2, pushed: 2, stored: 2, ended: true })] }),
  )
  expect(await client.ledger('s')).toMatchObject({ stored: 2, balanced: true, ended: true })
  expect(await client.ledger('unknown')).toBeUndefined()
  expect((await client.query('SELECT seq FROM events ORDER BY seq')).rows).toEqual([[1], [2]])
  await expect(client.validate('SELEC')).rejects.toMatchObject({ code: 'bad_sql' })
  expect(await get('/sessions')).toMatchObject({ status: 200, answer: { total: 1, sessions: [{ sessionId: 's' }] } })
  expect(await get('/sessions/s/timeline')).toMatchObject({ status: 200, answer: { seq: [1, 1], types: ['shot'] } })
  expect(await get('/events?session=s&after=0')).toMatchObject({
    status: 200,
    answer: { events: [{ data: { n: 1 } }, {}] },
  })
  expect(await get('/labels')).toMatchObject({ status: 200, answer: { types: [{ type: 'shot', events: 2 }] } })
})

it('says up to when it has all where sinks are behind', async () => {
  const waits: number[] = []
  const { client, get } = await someReads(async (waitMs) => {
    waits.push(waitMs)
    return waitMs < 5000 ? 1234 : undefined
  })
  expect((await get('/sessions')).headers['downlink-as-of']).toBe('1234')
  expect((await get('/sessions', 'wait=5')).headers['downlink-as-of']).toBeUndefined()
  // Whoever asks in a program wants all of it; what reads no rows waits for none.
  await client.query('SELECT 1')
  await client.validate('SELECT 1')
  expect(waits).toEqual([0, 5000, 10_000, 0])
})
