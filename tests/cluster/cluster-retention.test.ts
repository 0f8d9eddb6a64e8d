/** Events of a cluster leave for their age: by any collector that is asked, and by sinks that do it themselves. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { openClickHouse } from '../../packages/collector/src/clickhouse/open-clickhouse.ts'
import { connectJetStream } from '../../packages/collector/src/jetstream/connect.ts'
import { openLifeBuckets } from '../../packages/collector/src/jetstream/life-buckets.ts'
import { resolveQueryLimits } from '../../packages/collector/src/query/query-limits.ts'
import { aGroup, anEvent, aRecord } from '../../packages/collector/test/store-contract.ts'
import { within } from '../../packages/collector/test/waits.ts'
import { sharedClickHouse } from './clickhouse-process.ts'
import { aClusterCollector, aClusterSink, lastLineOf } from './cluster-harness.ts'
import { aNatsCluster } from './nats-servers.ts'

const aDatabase = sharedClickHouse()
const dayMs = 86_400_000

/** A session with two events and a rejected one of forty days ago, and two events of now. */
async function someEvents() {
  const url = await aDatabase()
  const clickhouse = await openClickHouse({ url })
  onTestFinished(() => clickhouse.close())
  const source = clickhouse.source({ limits: resolveQueryLimits(), wallMs: Date.now, folder: '/nowhere' })
  const oldMs = Date.now() - 40 * dayMs
  const events = [
    { sessionId: 's', receivedAt: oldMs, events: [anEvent(1), anEvent(2)] },
    { sessionId: 's', receivedAt: Date.now(), events: [anEvent(4), anEvent(5)] },
  ]
  const rejected = [{ sessionId: 's', seq: 3, code: 'bad_event', message: '', raw: '{}', receivedAt: oldMs } as const]
  const record = aRecord('s', { committedSeq: 5, pushed: 5, stored: 4, rejected: { bad_event: 1 } })
  await clickhouse.partition('partition-00').write(aGroup(1, { events, rejected, sessions: [record] }))
  return { url, ledger: () => source.ledgers.get('s') }
}

it('are counted first, and deleted by any collector that is asked', async () => {
  const { url, ledger } = await someEvents()
  const cluster = await aNatsCluster(1)
  const { url: collector } = await aClusterCollector(cluster, url)
  const prune = (query: string) => fetch(`${collector}/api/prune?olderThanMs=${30 * dayMs}${query}`, { method: 'POST' })
  const amount = { events: 2, rejected: 1, clockAheadMs: 0 }
  expect(await lastLineOf(await prune('&dryRun=true'))).toEqual({ result: amount })
  expect(await ledger()).toMatchObject({ stored: 4, expired: 0 })
  expect(await lastLineOf(await prune(''))).toEqual({ result: amount })
  expect(await ledger()).toMatchObject({ stored: 2, expired: 2, rejected: { bad_event: 1 }, balanced: true })
  expect(await lastLineOf(await prune(''))).toMatchObject({ result: { events: 0, rejected: 0 } })
  expect(await (await fetch(`${collector}/metrics`)).text()).toContain('downlink_events_expired_total 2')
})

it('are deleted by sinks that keep them for so long, once, and are counted in the ledger', async () => {
  const { url, ledger } = await someEvents()
  const cluster = await aNatsCluster(1)
  await aClusterCollector(cluster, url)
  const sinks = await Promise.all([1, 2].map(() => aClusterSink(cluster, url, { retention: { keepMs: 30 * dayMs } })))
  const total = async (name: string) => (await Promise.all(sinks.map(({ figure }) => figure(name)))).join()
  const poll = async () => {
    while ((await total('downlink_retention_runs_total')) !== '1,1') await delay(100)
  }
  await within(poll(), () => 'a look of each sink')
  expect(await ledger()).toMatchObject({ stored: 2, expired: 2, balanced: true })
  expect(['2,0', '0,2']).toContain(await total('downlink_events_expired_total'))
  expect(await total('downlink_retention_failures_total')).toBe('0,0')
})

it('stay where the clock is suddenly far ahead of how long sinks have run, unless somebody says that it is right', async () => {
  const { url, ledger } = await someEvents()
  const cluster = await aNatsCluster(1)
  const { url: collector } = await aClusterCollector(cluster, url)
  const jetStream = await connectJetStream({ servers: cluster.urls, logger: { warn() {}, info() {} } })
  onTestFinished(() => jetStream.close())
  const { ageClock } = await openLifeBuckets(jetStream)
  const agoMs = Date.now() - 35 * dayMs
  await ageClock.save({ wallMs: agoMs, ageMs: agoMs, steadyMs: null })
  const prune = async (query: string) =>
    lastLineOf(await fetch(`${collector}/api/prune?olderThanMs=${30 * dayMs}${query}`, { method: 'POST' }))
  const { result } = (await prune('')) as { result: { clockAheadMs: number } }
  expect(result).toMatchObject({ events: 0, rejected: 0 })
  expect(Math.round(result.clockAheadMs / dayMs)).toBe(35)
  const sink = await aClusterSink(cluster, url, { retention: { keepMs: 30 * dayMs } })
  const poll = async () => {
    while ((await sink.figure('downlink_retention_runs_total')) !== 1) await delay(100)
  }
  await within(poll(), () => 'a look of the sink')
  expect(await ledger()).toMatchObject({ stored: 4, expired: 0 })
  expect(Math.round((await sink.figure('downlink_clock_ahead_seconds')) / 86_400)).toBe(35)
  expect(await prune('&trustClock=true')).toEqual({ result: { events: 2, rejected: 1, clockAheadMs: 0 } })
  expect(await ledger()).toMatchObject({ stored: 2, expired: 2 })
})
