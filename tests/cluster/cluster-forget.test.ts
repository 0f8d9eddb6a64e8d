/** Players are forgotten in a cluster: by any collector, in stream and store, while others go on. */
import { randomUUID } from 'node:crypto'
import { createTelemetry, type Telemetry } from '@downlink/client'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { connectClickHouse } from '../../packages/collector/src/clickhouse/connection.ts'
import { connectJetStream } from '../../packages/collector/src/jetstream/connect.ts'
import { streamName } from '../../packages/collector/src/jetstream/subjects.ts'
import { within } from '../../packages/collector/test/waits.ts'
import { sharedClickHouse } from './clickhouse-process.ts'
import { aClusterCollector, aClusterSink, lastLineOf } from './cluster-harness.ts'
import { aNatsCluster, type NatsCluster } from './nats-servers.ts'

const aDatabase = sharedClickHouse()

function aPlayer(collector: string, player: string): Telemetry {
  const telemetry = createTelemetry({
    ...{
      url: `${collector.replace('http', 'ws')}/telemetry`,
      enabled: true,
      labels: { player },
      build: `of-${player}`,
    },
    ...{ drainIntervalMs: 10, backoffBaseMs: 20, backoffCapMs: 200 },
    environment: { createSocket: (address, protocols) => new WebSocket(address, [...protocols]) as never },
  })
  onTestFinished(() => telemetry.stop())
  telemetry.start()
  return telemetry
}

/** All text that the tables have, of rows that nobody reads any more, too. */
async function textOf(url: string): Promise<string> {
  const connection = await connectClickHouse({ url })
  onTestFinished(() => connection.close())
  const tables = ['event_rows', 'rejected_rows', 'earlier_labels', 'session_rows', 'expiring_events']
  const rows = await Promise.all(tables.map((table) => connection.rows(`SELECT * FROM ${table}`)))
  return JSON.stringify(rows)
}

/** All text that the stream has. */
async function messagesOf({ urls }: NatsCluster): Promise<string> {
  const jetStream = await connectJetStream({ servers: urls, logger: { warn() {}, info() {} } })
  const { streams } = jetStream.manager
  const { state } = await streams.info(streamName)
  let text = ''
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    text += await streams.getMessage(streamName, { seq }).then(
      (message) => message?.string() ?? '',
      () => '',
    )
  }
  await jetStream.close()
  return text
}

const forget = async (collector: string, where: string, query = '') =>
  lastLineOf(
    await fetch(`${collector}/api/forget?where=${encodeURIComponent(where)}${query}`, { method: 'POST' }),
  ) as Promise<{ readonly result: Readonly<Record<string, unknown>> }>

const ofPlayer = (player: string): string => `JSONExtractString(labels, 'player') = '${player}'`

async function aCluster(forgottenSessions: 'refuse' | 'restart') {
  const url = await aDatabase()
  const cluster = await aNatsCluster(1)
  const [one, other] = await Promise.all([1, 2].map(() => aClusterCollector(cluster, url, { forgottenSessions })))
  await Promise.all([aClusterSink(cluster, url), aClusterSink(cluster, url)])
  return { url, cluster, one: one?.url ?? '', other: other?.url ?? '' }
}

const ledgerOf = async (collector: string, id: string) => (await fetch(`${collector}/api/sessions/${id}/ledger`)).json()

it('takes all that is stored of a player, of any labels that they had, and refuses them from then on', async () => {
  const { url, cluster, one, other } = await aCluster('refuse')
  const [secret, later] = [randomUUID(), randomUUID()]
  const forgotten = aPlayer(one, 'ann')
  const stays = aPlayer(other, 'bob')
  for (let n = 1; n <= 300; n++) forgotten.push('hit', { n, secret })
  forgotten.setLabels({ player: later })
  for (let n = 1; n <= 100; n++) forgotten.push('hit', { n, secret })
  for (let n = 1; n <= 200; n++) stays.push('hit', { n })
  expect(await forgotten.flush({ timeoutMs: 30_000 })).toMatchObject({ remaining: 0 })
  // By the collector that they are not on.
  expect(await forget(other, ofPlayer('ann'), '&dryRun=true')).toMatchObject({ result: { sessions: 1, events: 400 } })
  expect(await messagesOf(cluster)).toContain(secret)
  expect(await textOf(url)).toContain(secret)
  const sending = setInterval(() => stays.push('hit', { n: 0 }), 20)
  onTestFinished(() => clearInterval(sending))
  expect(await forget(other, ofPlayer('ann'))).toMatchObject({ result: { sessions: 1, events: 400, sentTo: null } })
  clearInterval(sending)
  for (const text of [await textOf(url), await messagesOf(cluster)]) {
    for (const word of [secret, later, 'of-ann']) expect(text).not.toContain(word)
    expect(text).toContain('bob')
  }
  const { sessionId } = forgotten
  expect(await ledgerOf(one, sessionId)).toMatchObject({ pushed: 400, stored: 0, forgotten: 400, balanced: true })
  // Whoever comes back is told.
  forgotten.push('hit', { n: 401, secret })
  const refused = async () => {
    while (forgotten.status().status !== 'stopped') await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await within(refused(), () => `a client that was refused, got ${JSON.stringify(forgotten.status())}`)
  expect(await stays.flush({ timeoutMs: 30_000 })).toMatchObject({ remaining: 0 })
  expect(await forget(one, ofPlayer('ann'))).toMatchObject({ result: { sessions: 0 } })
  expect(await ledgerOf(one, stays.sessionId)).toMatchObject({ missing: 0, forgotten: 0 })
  expect(await textOf(url)).not.toContain(secret)
})

it('lets a player start anew where that is what was asked for, and keeps nothing of before', async () => {
  const { url, cluster, one, other } = await aCluster('restart')
  const player = aPlayer(one, 'ann')
  const [before, after] = [randomUUID(), randomUUID()]
  for (let n = 1; n <= 50; n++) player.push('hit', { text: before })
  expect(await player.flush({ timeoutMs: 30_000 })).toMatchObject({ remaining: 0 })
  expect(await forget(other, `session_id = '${player.sessionId}'`)).toMatchObject({
    result: { sessions: 1, events: 50 },
  })
  for (let n = 1; n <= 30; n++) player.push('hit', { text: after })
  expect(await player.flush({ timeoutMs: 30_000 })).toMatchObject({ remaining: 0 })
  const stored = async () => {
    while ((await ledgerOf(other, player.sessionId)).stored !== 30)
      await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await within(stored(), () => 'what came after it')
  expect(await ledgerOf(other, player.sessionId)).toMatchObject({ pushed: 80, forgotten: 50, stored: 30, missing: 0 })
  const text = `${await textOf(url)} ${await messagesOf(cluster)}`
  expect(text).not.toContain(before)
  expect(text).toContain(after)
})

it('refuses what is no condition, or picks a session that nobody has', async () => {
  const { one } = await aCluster('refuse')
  const refused = {
    "labels->>'player' = 'x'": 400,
    '1) OR (1': 400,
    'nothing = 1': 400,
    '1; DROP TABLE event_rows': 403,
  }
  for (const [where, status] of Object.entries(refused)) {
    const answer = await fetch(`${one}/api/forget?where=${encodeURIComponent(where)}`, { method: 'POST' })
    expect([where, answer.status]).toEqual([where, status])
  }
  expect((await fetch(`${one}/api/sessions/nobody`, { method: 'DELETE' })).status).toBe(404)
  const escaping = encodeURIComponent(String.raw`x\' OR 1=1 -- `)
  expect((await fetch(`${one}/api/sessions/${escaping}`, { method: 'DELETE' })).status).toBe(404)
})
