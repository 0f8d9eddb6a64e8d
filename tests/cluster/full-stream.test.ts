/** A stream that is full: what players, probes and operators notice of it, and how it goes on. */
import { setTimeout as delay } from 'node:timers/promises'
import { createTelemetry } from '@downlink/client'
import { createCollector } from '@downlink/collector'
import { createClusterSink } from '@downlink/collector/cluster-sink'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { connectJetStream } from '../../packages/collector/src/jetstream/connect.ts'
import { streamName } from '../../packages/collector/src/jetstream/subjects.ts'
import { aFolder } from '../../packages/collector/test/harness.ts'
import { within } from '../../packages/collector/test/waits.ts'
import { createMemoryStore } from './memory-store.ts'
import { aNatsCluster } from './nats-servers.ts'

const store = { clickhouse: 'clickhouse://127.0.0.1:8123/downlink' }
/** 16 of the largest messages. */
const maxLogBytes = 16_777_216

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(50)
}

it('leaves events with their players, says so, and takes them all once an operator has made room', async () => {
  const { urls } = await aNatsCluster(1)
  const memory = createMemoryStore()
  const options = { data: await aFolder(), log: { nats: urls }, store, logger: false, page: false } as const
  const collector = createCollector({ ...options, commit: { maxLogBytes } }, { openStore: memory.open })
  onTestFinished(() => collector.close())
  const { url } = await collector.listen({ port: 0 })
  const closes: number[] = []
  const telemetry = createTelemetry({
    ...{ url: 'ws://collector/telemetry', enabled: true, capacity: 20_000 },
    ...{ drainIntervalMs: 10, backoffBaseMs: 20, backoffCapMs: 200 },
    environment: {
      createSocket(_address, protocols) {
        const socket = new WebSocket(`${url.replace('http', 'ws')}/telemetry`, [...protocols])
        socket.on('close', (code) => void closes.push(code))
        return socket as never
      },
    },
  })
  onTestFinished(() => telemetry.stop())
  telemetry.start()
  const note = 'n'.repeat(5000)
  for (let at = 1; at <= 4000; at++) telemetry.push('hit', { at, note })
  await within(
    until(() => closes.includes(1013)),
    () => 'a client that is told to come again',
  )
  const ready = await fetch(`${url}/readyz`)
  expect([ready.status, await ready.json()]).toMatchObject([503, { status: 'unavailable' }])
  const { acked, queued, inFlight, dropped } = telemetry.stats()
  expect([acked > 0, acked + queued + inFlight, dropped]).toEqual([true, 4000, {}])

  const jetStream = await connectJetStream({ servers: urls, logger: { warn() {}, info() {} } })
  onTestFinished(() => jetStream.close())
  const { config } = await jetStream.manager.streams.info(streamName)
  await jetStream.manager.streams.update(streamName, { ...config, max_bytes: 100_000_000 })
  expect(await telemetry.flush({ timeoutMs: 60_000 })).toMatchObject({ remaining: 0 })
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  const sink = createClusterSink({ log: { nats: urls }, store, logger: false }, { openStore: memory.open })
  onTestFinished(() => sink.close())
  await sink.listen({ port: 0 })
  await within(
    until(() => [...memory.rows.values()][0]?.committedSeq === 4000),
    () => 'all in the store',
  )
  const [record] = [...memory.rows.values()]
  expect(record).toMatchObject({ pushed: 4000, stored: 4000, missing: 0, dropped: {} })
  expect(memory.eventsOf(record?.sessionId ?? '').length).toBe(4000)
})
