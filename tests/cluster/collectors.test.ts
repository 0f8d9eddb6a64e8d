/** Two collectors, two sinks and three NATS servers, with a real client that goes from one to the other. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createTelemetry, type Telemetry } from '@downlink/client'
import { createCollector, type Listening } from '@downlink/collector'
import { createClusterSink } from '@downlink/collector/cluster-sink'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { systemClock, systemTimer } from '../../packages/collector/src/clock.ts'
import { connectJetStream } from '../../packages/collector/src/jetstream/connect.ts'
import { createStreamCommit } from '../../packages/collector/src/jetstream/stream-commit.ts'
import { createStreamLog, keptMs } from '../../packages/collector/src/jetstream/stream-log.ts'
import { streamName } from '../../packages/collector/src/jetstream/subjects.ts'
import { aBatch } from '../../packages/collector/src/test-doubles.ts'
import { aFolder } from '../../packages/collector/test/harness.ts'
import { within } from '../../packages/collector/test/waits.ts'
import { createMemoryStore, type MemoryStore } from './memory-store.ts'
import { aNatsCluster, leaderOf, type NatsCluster } from './nats-servers.ts'
import { aSwitchingRelay } from './switching-relay.ts'

const logger = { warn() {}, info() {} }

/** What the options name, and the ports replace. */
const store = { clickhouse: 'clickhouse://127.0.0.1:8123/downlink' }

async function aCollector({ urls }: NatsCluster, memory: MemoryStore): Promise<Listening> {
  const options = { data: await aFolder(), log: { nats: urls }, store, logger: false, page: false } as const
  const collector = createCollector({ ...options, commit: { maxLogBytes: 100_000_000 } }, { openStore: memory.open })
  onTestFinished(() => collector.close())
  return collector.listen({ port: 0 })
}

async function aSink({ urls }: NatsCluster, memory: MemoryStore) {
  const options = { log: { nats: urls }, store, logger: false, leaseMs: 3000 } as const
  const sink = createClusterSink(options, { openStore: memory.open })
  onTestFinished(() => sink.close())
  const { url } = await sink.listen({ port: 0 })
  const figure = async (name: string): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text()
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    )
  }
  return { sink, figure }
}

function aClient(port: number): Telemetry {
  const telemetry = createTelemetry({
    ...{ url: `ws://127.0.0.1:${port}/telemetry`, enabled: true, capacity: 20_000 },
    ...{ drainIntervalMs: 10, backoffBaseMs: 20, backoffCapMs: 200 },
    environment: { createSocket: (address, protocols) => new WebSocket(address, [...protocols]) as never },
  })
  onTestFinished(() => telemetry.stop())
  telemetry.start()
  return telemetry
}

const portOf = ({ url }: Listening): number => Number(new URL(url).port)

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await delay(50)
}

function expectAll(memory: MemoryStore, pushed: number): void {
  const [record] = [...memory.rows.values()]
  expect(record).toMatchObject({ committedSeq: pushed, pushed, stored: pushed, missing: 0, dropped: {}, rejected: {} })
  const events = memory.eventsOf(record?.sessionId ?? '')
  expect(events.map(({ seq, event }) => [seq, event.json])).toEqual(
    Array.from({ length: pushed }, (_, at) => [at + 1, `{"at":${at + 1}}`]),
  )
}

it.each(['leader', 'follower'] as const)(
  'has all that was pushed once, from a client that changes collectors while the %s is killed',
  async (role) => {
    const cluster = await aNatsCluster()
    const memory = createMemoryStore()
    const collectors = await Promise.all([aCollector(cluster, memory), aCollector(cluster, memory)])
    const { figure } = await aSink(cluster, memory)
    const leader = await leaderOf(cluster)
    const killed = cluster.servers.find(({ name }) => (name === leader) === (role === 'leader'))
    const relay = await aSwitchingRelay(portOf(collectors[0]))
    const telemetry = aClient(relay.port)
    let pushed = 0
    for (let round = 0; round < 40; round++) {
      for (let more = 25; more > 0; more--) telemetry.push('hit', { at: ++pushed })
      if (round % 4 === 3) relay.switchTo(portOf(collectors[round % 8 === 3 ? 1 : 0]), round % 3 > 0)
      if (round === 10) await killed?.kill()
      if (round === 30) killed?.start()
      await delay(50)
    }
    expect(await telemetry.flush({ timeoutMs: 60_000 })).toMatchObject({ remaining: 0 })
    await within(
      until(() => [...memory.rows.values()][0]?.committedSeq === pushed),
      () => 'all in the store',
    )
    expectAll(memory, pushed)
    await within(
      until(async () => (await figure('downlink_sink_lag_entries')) === 0),
      () => 'a sink that has caught up',
    )
    expect(await figure('downlink_sink_events_total')).toBe(pushed)
  },
)

it('goes on from where another sink ended, and writes again what that wrote last, with the same bounds', async () => {
  const cluster = await aNatsCluster(1)
  const memory = createMemoryStore()
  const collector = await aCollector(cluster, memory)
  const telemetry = aClient(portOf(collector))
  for (let at = 1; at <= 500; at++) telemetry.push('hit', { at })
  expect(await telemetry.flush({ timeoutMs: 30_000 })).toMatchObject({ remaining: 0 })
  memory.forgetsToSay = true
  const first = await aSink(cluster, memory)
  await within(
    until(() => memory.ranges.length > 0),
    () => 'a group that was written',
  )
  // It was between the store's commit and its own ack.
  await first.sink.close()
  const isRetried = memory.ranges.length > 1
  for (let at = 501; at <= 1000; at++) telemetry.push('hit', { at })
  expect(await telemetry.flush({ timeoutMs: 30_000 })).toMatchObject({ remaining: 0 })
  await aSink(cluster, memory)
  await within(
    until(() => [...memory.rows.values()][0]?.committedSeq === 1000),
    () => 'all in the store',
  )
  expectAll(memory, 1000)
  const [one, again] = memory.ranges
  expect(again).toEqual(one)
  expect(isRetried || memory.ranges.length > 2).toBe(true)
})

it('stores what comes once the stream was lost and made anew, though that counts from 1 again', async () => {
  const cluster = await aNatsCluster(1)
  const memory = createMemoryStore()
  const { records } = await memory.open()
  await aCollector(cluster, memory)
  const jetStream = await connectJetStream({ servers: cluster.urls, maxLogBytes: 100_000_000, logger })
  onTestFinished(() => jetStream.close())
  const commit = () =>
    createStreamCommit({
      ...{ stream: createStreamLog(jetStream), source: records, maxMessageBytes: jetStream.maxMessageBytes, keptMs },
      ...{ newWriteId: randomUUID, setTimer: systemTimer, now: systemClock.monotonicMs },
    })
  const isStored = (seq: number) =>
    within(
      until(() => memory.rows.get('s')?.committedSeq === seq),
      () => `${seq} events in the store`,
    )
  const before = commit()
  await before.read('s', true)
  for (let seq = 1; seq <= 20; seq++) await before.append('s', seq - 1, aBatch(seq, 1))
  const first = await aSink(cluster, memory)
  await isStored(20)
  await first.sink.close()
  await jetStream.manager.streams.delete(streamName)
  await aCollector(cluster, memory)
  const after = commit()
  expect(await after.read('s', false)).toMatchObject({ kind: 'known', record: { committedSeq: 20 } })
  expect(await after.append('s', 20, aBatch(21, 1))).toMatchObject({ kind: 'committed' })
  await aSink(cluster, memory)
  await isStored(21)
  const [earlier, later] = [memory.ranges.at(0), memory.ranges.at(-1)]
  expect(later?.to).toBeGreaterThan(earlier?.to ?? 0)
})

it('shares the partitions among the sinks that run', async () => {
  const cluster = await aNatsCluster(1)
  const memory = createMemoryStore()
  // Somebody has to make the stream.
  await aCollector(cluster, memory)
  const one = await aSink(cluster, memory)
  const held = (sink: typeof one) => sink.figure('downlink_sink_partitions')
  await within(
    until(async () => (await held(one)) === 64),
    () => 'all partitions',
  )
  const other = await aSink(cluster, memory)
  await within(
    until(async () => (await held(one)) === 32 && (await held(other)) === 32),
    () => 'half of them each',
  )
  await one.sink.close()
  await within(
    until(async () => (await held(other)) === 64),
    () => 'all of them again',
  )
})

it('takes players while the store is away, and says what it can not do yet', async () => {
  const cluster = await aNatsCluster(1)
  const memory = createMemoryStore()
  memory.isUp = false
  const collector = await aCollector(cluster, memory)
  const telemetry = aClient(portOf(collector))
  for (let at = 1; at <= 100; at++) telemetry.push('hit', { at })
  expect(await telemetry.flush({ timeoutMs: 30_000 })).toMatchObject({ acked: 100, remaining: 0 })
  const answer = await fetch(`${collector.url}/api/sessions`)
  expect([answer.status, await answer.json()]).toMatchObject([501, { error: { code: 'not_on_cluster' } }])
  expect((await fetch(`${collector.url}/api/backup`, { method: 'POST' })).status).toBe(501)
  expect(await (await fetch(`${collector.url}/metrics`)).text()).toContain(
    'downlink_events_stored_total{type="hit"} 100',
  )
  expect(await (await fetch(`${collector.url}/readyz`)).json()).toEqual({ status: 'ok', reads: 'starting' })
  memory.isUp = true
  await aSink(cluster, memory)
  await within(
    until(() => [...memory.rows.values()][0]?.committedSeq === 100),
    () => 'all in the store',
  )
  expectAll(memory, 100)
})
