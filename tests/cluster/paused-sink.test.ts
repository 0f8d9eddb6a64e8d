/** A sink that stands still while its successor writes, and then goes on with what it had: real processes, real engines. */
import { setTimeout as delay } from 'node:timers/promises'
import { createTelemetry } from '@downlink/client'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { start } from '../../packages/cli/test/run-command.ts'
import { aFolder } from '../../packages/collector/test/harness.ts'
import { within } from '../../packages/collector/test/waits.ts'
import { makeDatabase } from './chdb-process.ts'
import { aClickHouse } from './clickhouse-process.ts'
import { aNatsCluster } from './nats-servers.ts'

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(100)
}

async function figure(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0)
}

it('stores each event once beside a sink that was paused in the middle and goes on', async () => {
  const { urls } = await aNatsCluster(1)
  const store = await makeDatabase((await aClickHouse()).url, 'game')
  const ready = async (command: string, ...args: readonly string[]) => {
    const running = start([command, '--port', '0', '--log', urls.join(','), '--store', store, ...args])
    await running.shows('"url"')
    return { running, url: String(JSON.parse(running.stdout()).url) }
  }
  const serve = await ready('serve', '--data', await aFolder(), '--max-log', '100MB')
  const first = await ready('sink')
  await within(
    until(async () => (await figure(first.url, 'downlink_sink_partitions')) === 64),
    () => 'a sink that has all partitions',
  )
  const telemetry = createTelemetry({
    ...{ url: 'ws://collector/telemetry', enabled: true, capacity: 50_000, drainIntervalMs: 5 },
    environment: {
      createSocket: (_address, protocols) =>
        new WebSocket(`${serve.url.replace('http', 'ws')}/telemetry`, [...protocols]) as never,
    },
  })
  onTestFinished(() => telemetry.stop())
  telemetry.start()
  let pushed = 0
  const push = (count: number) => {
    for (let more = count; more > 0; more--) telemetry.push('hit', { n: ++pushed })
  }
  push(5000)
  await within(
    until(async () => (await figure(first.url, 'downlink_sink_events_total')) > 0),
    () => 'a first group in the store',
  )
  push(5000)
  await delay(20)
  first.running.child.kill('SIGSTOP')
  onTestFinished(() => void first.running.child.kill('SIGCONT'))
  const second = await ready('sink')
  await within(
    until(async () => (await figure(second.url, 'downlink_sink_partitions')) === 64),
    () => 'a successor that has all partitions',
  )
  push(5000)
  expect(await telemetry.flush({ timeoutMs: 30_000 })).toMatchObject({ remaining: 0 })
  first.running.child.kill('SIGCONT')
  push(1000)
  expect(await telemetry.flush({ timeoutMs: 30_000 })).toMatchObject({ remaining: 0 })
  const ledger = async () => (await (await fetch(`${serve.url}/api/sessions`)).json()).sessions[0]
  await within(
    until(async () => (await ledger())?.stored === pushed),
    () => 'all in the store',
  )
  // What the paused one had under way comes now, if it comes.
  await within(
    until(async () => (await figure(first.url, 'downlink_sink_partitions')) > 0),
    () => 'the paused sink at work again',
  )
  expect(await ledger()).toMatchObject({ pushed, stored: pushed, missing: 0, balanced: true })
  const answer = await fetch(`${serve.url}/api/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql: 'SELECT count(), uniqExact(seq), max(seq) FROM events' }),
  })
  expect(await answer.json()).toMatchObject({ rows: [[pushed, pushed, pushed]] })
})
