/** How a collector of a cluster stands, by what it tells of itself, and of the log and the store that others see to. */
import { createTelemetry } from '@downlink/client'
import type { Health, LiveCounters } from '@downlink/collector'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { connectJetStream } from '../../packages/collector/src/jetstream/connect.ts'
import { subjectOf } from '../../packages/collector/src/jetstream/subjects.ts'
import { aListener } from '../../packages/collector/test/harness.ts'
import { within } from '../../packages/collector/test/waits.ts'
import { makeDatabase } from './chdb-process.ts'
import { aClickHouse } from './clickhouse-process.ts'
import { aClusterCollector, aClusterSink } from './cluster-harness.ts'
import { aNatsCluster, leaderOf } from './nats-servers.ts'

async function send(url: string, events: number): Promise<void> {
  const telemetry = createTelemetry({
    ...{ url: 'ws://collector/telemetry', enabled: true, drainIntervalMs: 10 },
    environment: {
      createSocket: (_address, protocols) =>
        new WebSocket(`${url.replace('http', 'ws')}/telemetry`, [...protocols]) as never,
    },
  })
  telemetry.start()
  for (let at = 1; at <= events; at++) telemetry.push('hit', { at })
  expect(await telemetry.flush({ timeoutMs: 60_000 })).toMatchObject({ remaining: 0 })
  await telemetry.stop()
}

const healthOf = async (url: string): Promise<Health> => (await fetch(`${url}/api/health`)).json()

/** The first answer that has this. */
const health = (url: string, expected: object): Promise<void> =>
  within(
    expect.poll(() => healthOf(url), { timeout: 100_000, interval: 200 }).toMatchObject(expected),
    () => `a health with ${JSON.stringify(expected)}`,
  )

const asOf = async (url: string, headers = {}): Promise<number | undefined> => {
  const header = (await fetch(`${url}/api/sessions`, { headers })).headers.get('downlink-as-of')
  return header === null ? undefined : Number(header)
}

it('tells of the stream, the sinks and the store what it can know, and nothing of what is another process’s', async () => {
  const nats = await aNatsCluster()
  const clickhouse = await aClickHouse()
  const { url } = await aClusterCollector(nats, await makeDatabase(clickhouse.url, 'game'))
  const beganAtMs = Date.now()
  await send(url, 100)
  const before = await healthOf(url)
  expect(before).toMatchObject({
    versions: { database: expect.stringMatching(/^\d+\.\d+\./), node: process.version },
    ...{ disk: null, retention: null, backup: null, backups: null, reports: null, otlp: null },
    ...{ memory: { storeBytes: null }, commits: { failed: 0, p99Ms: expect.any(Number) } },
    cluster: {
      log: {
        maxBytes: 100_000_000,
        sessions: 1,
        copies: 3,
        currentCopies: 3,
        leader: await leaderOf(nats),
        isTaking: true,
      },
      sinks: { running: 0, held: 0, partitions: 64, behind: [{ lagMs: expect.any(Number) }], aside: { messages: 0 } },
      store: { isUp: true, bytes: expect.any(Number), freeBytes: expect.any(Number) },
    },
  })
  expect(before.cluster?.log?.bytes).toBeGreaterThan(100)
  // No sink has any of it: what is read says as of when that is, and a listener hears of it.
  const asOfMs = (await asOf(url)) ?? 0
  expect(asOfMs).toBeGreaterThanOrEqual(beganAtMs - 1000)
  expect(asOfMs).toBeLessThanOrEqual(Date.now())
  const live = await aListener(url)
  onTestFinished(live.leave)
  const { store, shared } = await live.next<LiveCounters>('counters', (counters) => (counters.shared?.lagMs ?? 0) > 0)
  expect({ store, isUp: shared?.isUp }).toEqual({ store: null, isUp: true })

  await aClusterSink(nats, databaseOf(clickhouse.url))
  await health(url, { cluster: { sinks: { running: 1, held: 64, lagMs: 0, behind: [] } } })
  await live.next<LiveCounters>('counters', (counters) => counters.shared?.lagMs === 0)
  await send(url, 10)
  // Whoever waits sees what was acknowledged before.
  expect(await asOf(url, { prefer: 'wait=60' })).toBeUndefined()
  const jetStream = await connectJetStream({ servers: nats.urls, logger: { warn() {}, info() {} } })
  onTestFinished(() => jetStream.close())
  await jetStream.client.publish(subjectOf('nobody'), Buffer.from('no entry'))
  await health(url, { cluster: { sinks: { aside: { messages: 1 } } } })
})

it('tells what does not answer, goes on where it does again, and lets nobody who reads wait for the log', async () => {
  const nats = await aNatsCluster()
  const clickhouse = await aClickHouse()
  const { url } = await aClusterCollector(nats, await makeDatabase(clickhouse.url, 'game'))
  await aClusterSink(nats, databaseOf(clickhouse.url))
  await send(url, 10)
  await health(url, { cluster: { sinks: { held: 64, behind: [] } } })
  const leader = await leaderOf(nats)
  const [follower, ...others] = [...nats.servers].sort((one) => (one.name === leader ? 1 : -1))
  await follower?.kill()
  await health(url, { cluster: { log: { copies: 3, currentCopies: 2 } } })
  follower?.start()
  await health(url, { cluster: { log: { currentCopies: 3 } } })
  expect(await asOf(url, { prefer: 'wait=60' })).toBeUndefined()
  const knownAtMs = Date.now()
  for (const server of [follower, ...others]) await server?.kill()
  await health(url, { cluster: { log: null, sinks: null, store: { isUp: true } } })
  const asOfMs = (await asOf(url)) ?? 0
  expect(asOfMs).toBeGreaterThan(0)
  expect(asOfMs).toBeLessThanOrEqual(Math.max(knownAtMs, Date.now()))
  await clickhouse.kill()
  await health(url, { versions: { database: null }, cluster: { store: { isUp: false, bytes: null, freeBytes: null } } })
})

const databaseOf = (url: string): string => `${url.replace('http', 'clickhouse')}/game`
