/** The commands as people run them: two collectors and a sink over NATS and ClickHouse, from a client's socket to its ledger. */
import { createTelemetry } from '@downlink/client'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { start } from '../../packages/cli/test/run-command.ts'
import { aFolder } from '../../packages/collector/test/harness.ts'
import { within } from '../../packages/collector/test/waits.ts'
import { makeDatabase } from './chdb-process.ts'
import { aClickHouse } from './clickhouse-process.ts'
import { aNatsCluster, type NatsCluster } from './nats-servers.ts'

/** What a command prints first, once it is ready. */
async function ready(command: string, { urls }: NatsCluster, store: string, args: readonly string[] = []) {
  const running = start([command, '--port', '0', '--log', urls.join(','), '--store', store, ...args])
  await running.shows('"url"')
  const { url } = JSON.parse(running.stdout())
  return { running, url: String(url) }
}

async function waitFor(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const poll = async () => {
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 200))
  }
  await within(poll(), () => what)
}

it('brings events from a socket to the ledger and to SQL, through a collector and a sink that are killed', async () => {
  const cluster = await aNatsCluster()
  const store = await makeDatabase((await aClickHouse()).url, 'game')
  const serve = async () => ready('serve', cluster, store, ['--data', await aFolder(), '--max-log', '200MB'])
  const first = await serve()
  const second = await serve()
  const sink = await ready('sink', cluster, store)
  let target = first.url
  const telemetry = createTelemetry({
    ...{ url: 'ws://collector/telemetry', enabled: true, drainIntervalMs: 10, backoffBaseMs: 20, backoffCapMs: 200 },
    environment: {
      createSocket: (_address, protocols) =>
        new WebSocket(`${target.replace('http', 'ws')}/telemetry`, [...protocols]) as never,
    },
  })
  onTestFinished(() => telemetry.stop())
  telemetry.start()
  for (let n = 1; n <= 1000; n++) telemetry.push('hit', { n })
  await waitFor(async () => telemetry.stats().acked > 0, 'a first ack')
  first.running.child.kill('SIGKILL')
  target = second.url
  for (let n = 1001; n <= 2000; n++) telemetry.push('hit', { n })
  sink.running.child.kill('SIGKILL')
  expect(await telemetry.flush({ timeoutMs: 60_000 })).toMatchObject({ remaining: 0 })
  await ready('sink', cluster, store)
  const ledgers = async () => (await (await fetch(`${second.url}/api/sessions`)).json()).sessions
  await waitFor(async () => (await ledgers())[0]?.stored === 2000, 'a ledger with all events')
  expect(await ledgers()).toMatchObject([{ pushed: 2000, stored: 2000, missing: 0, balanced: true }])
  const answer = await fetch(`${second.url}/api/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql: 'SELECT count(), uniqExact(seq), max(seq) FROM events' }),
  })
  expect(await answer.json()).toMatchObject({ rows: [[2000, 2000, 2000]] })
})

it('says what is wrong with a cluster that is not there, or not whole', async () => {
  const lonely = start(['serve', '--port', '0', '--log', 'nats://127.0.0.1:1'])
  expect(await lonely.exitCode).toBe(2)
  expect(lonely.stderr()).toContain('bad_option')
  const kept = start(['serve', '--log', 'nats://127.0.0.1:1', '--store', 'clickhouse://127.0.0.1:1/d', '--keep', '30d'])
  expect(await kept.exitCode).toBe(2)
  expect(kept.stderr()).toContain('bad_option')
  // Judged before NATS is tried, which takes 20 s.
  const nowhere = start(['serve', '--port', '0', '--log', 'nats://127.0.0.1:1', '--store', 'http://127.0.0.1:1/d'])
  expect(await nowhere.exitCode).toBe(2)
  expect(nowhere.stderr()).toContain('[bad_option]')
  for (const command of ['serve', 'sink']) {
    const bad = start([command, '--log', 'user:s3cret@a,b', '--store', 'clickhouse://127.0.0.1:1/d'])
    expect(await bad.exitCode).toBe(2)
    expect(bad.stderr()).toContain('[bad_option]')
    expect(bad.stdout() + bad.stderr()).not.toContain('s3cret')
  }
})
