/** Collectors of two versions write one stream, into which the later one puts more than the earlier one knows; nothing is lost. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock, systemTimer } from '../../packages/collector/src/clock.ts'
import type { SessionRecord } from '../../packages/collector/src/commit/session-record.ts'
import { connectJetStream, type JetStream } from '../../packages/collector/src/jetstream/connect.ts'
import { createStreamCommit, type StreamCommit } from '../../packages/collector/src/jetstream/stream-commit.ts'
import {
  createStreamLog,
  encodeMessage,
  keptMs,
  type StreamLog,
} from '../../packages/collector/src/jetstream/stream-log.ts'
import { streamName, subjectOf } from '../../packages/collector/src/jetstream/subjects.ts'
import type { SessionEntry } from '../../packages/collector/src/log/entry.ts'
import { aBatch } from '../../packages/collector/src/test-doubles.ts'
import { within } from '../../packages/collector/test/waits.ts'
import { makeDatabase } from './chdb-process.ts'
import { aClickHouse } from './clickhouse-process.ts'
import { aClusterCollector, aClusterSink } from './cluster-harness.ts'
import { aNatsCluster } from './nats-servers.ts'

interface Outline {
  readonly record: object
  readonly batches: readonly object[]
}

/** The outline of an entry's body, and the events behind it, as `session-write.ts` has them. */
function outlineOf(body: Uint8Array): { readonly outline: Outline; readonly events: Uint8Array } {
  const bytes = Buffer.from(body)
  const end = 4 + bytes.readUInt32LE(0)
  return { outline: JSON.parse(bytes.toString('utf8', 4, end)), events: bytes.subarray(end) }
}

/** As a later version might write it: with more in its head, in the record and in each batch. */
function later({ head, body }: SessionEntry): SessionEntry {
  const { outline, events } = outlineOf(body)
  const text = Buffer.from(
    JSON.stringify({
      ...outline,
      footnote: ['later'],
      record: { ...outline.record, device: { kind: 'phone' } },
      batches: outline.batches.map((batch) => ({ ...batch, weather: 'rain' })),
    }),
  )
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return { head: { ...head, ...{ shard: 7 } }, body: Buffer.concat([length, text, events]) }
}

async function connect(servers: readonly string[]): Promise<JetStream> {
  const jetStream = await connectJetStream({ servers, logger: { warn() {}, info() {} } })
  onTestFinished(() => jetStream.close())
  return jetStream
}

/** What a collector commits by. */
function aCommit(jetStream: JetStream, stream: StreamLog): StreamCommit {
  return createStreamCommit({
    ...{ stream, maxMessageBytes: jetStream.maxMessageBytes, keptMs, newWriteId: randomUUID },
    source: { isUp: true, readSessions: async () => new Map<string, SessionRecord>() },
    ...{ setTimer: systemTimer, now: systemClock.monotonicMs },
  })
}

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await delay(100)
}

it('goes on with a session at either version, keeps what it does not know of it, and stores all of both', async () => {
  const nats = await aNatsCluster()
  const clickhouse = await makeDatabase((await aClickHouse()).url, 'game')
  const { url } = await aClusterCollector(nats, clickhouse)
  await aClusterSink(nats, clickhouse)
  const jetStream = await connect(nats.urls)
  const stream = createStreamLog(jetStream)
  const publishLater: StreamLog['publish'] = (id, write) => stream.publish(id, { ...write, entry: later(write.entry) })
  const versions = [aCommit(jetStream, stream), aCommit(jetStream, { ...stream, publish: publishLater })] as const
  const sessions = Array.from({ length: 8 }, (_, at) => `session-${at}`)
  const rounds = 12
  await Promise.all(
    sessions.map(async (session, at) => {
      for (let round = 0; round < rounds; round++) {
        // Each begins with one of them, and goes from one to the other.
        const commit = versions[(at + round) % 2 === 0 ? 0 : 1]
        expect(await commit.read(session, round === 0)).toMatchObject({ kind: round === 0 ? 'unknown' : 'known' })
        if (round === 0) commit.begin(session)
        expect(await commit.append(session, 5 * round, aBatch(5 * round + 1, 5))).toMatchObject({ kind: 'committed' })
        commit.release(session)
      }
    }),
  )
  const query = async (sql: string) => {
    const headers = { 'content-type': 'application/json', prefer: 'wait=30' }
    const answer = await fetch(`${url}/api/query`, { method: 'POST', headers, body: JSON.stringify({ sql }) })
    return (await answer.json()).rows
  }
  const stored = 'SELECT session_id, count(), uniqExact(seq), min(seq), max(seq) FROM events GROUP BY 1 ORDER BY 1'
  expect(await query(stored)).toEqual(sessions.map((id) => [id, 60, 60, 1, 60]))
  expect(await query('SELECT count(), min(balanced), sum(missing) FROM ledgers')).toEqual([[8, true, 0]])
  for (const session of sessions) {
    const message = await jetStream.manager.streams.getMessage(streamName, { last_by_subj: subjectOf(session) })
    expect(message?.string()).toContain('"device":{"kind":"phone"}')
  }
}, 120_000)

it('puts nothing aside that a later sink can read, waits for that, and stores the other partitions meanwhile', async () => {
  const nats = await aNatsCluster(1)
  const clickhouse = await makeDatabase((await aClickHouse()).url, 'game')
  const { url } = await aClusterCollector(nats, clickhouse)
  const { figure } = await aClusterSink(nats, clickhouse)
  const jetStream = await connect(nats.urls)
  const stream = createStreamLog(jetStream)
  const subject = subjectOf('s')
  const first = aCommit(jetStream, {
    ...stream,
    async publish(id, { entry, writeId, after }) {
      const written = { ...entry, head: { ...entry.head, format: 2 } }
      return id === 's'
        ? stream.publish(id, { entry: written, writeId, after })
        : stream.publish(id, { entry, writeId, after })
    },
  })
  for (const session of ['s', 'other']) {
    await first.read(session, true)
    first.begin(session)
    await first.append(session, 0, aBatch(1, 3))
  }
  const sinks = async () => (await (await fetch(`${url}/api/health`)).json()).cluster.sinks
  const reports = () => figure('downlink_sink_reports_total{code="later_message"}')
  await within(
    until(async () => (await reports()) > 0 && (await figure('downlink_sink_events_total')) === 3),
    () => 'a sink that waits with one partition, and has stored the other',
  )
  expect(await sinks()).toMatchObject({
    aside: { messages: 0 },
    behind: [{ partition: `partition-${subject.slice(9, 11)}` }],
  })
  // A collector that can't read where the session stands takes nothing of it.
  const earlier = aCommit(jetStream, stream)
  expect(await earlier.read('s', false)).toMatchObject({ kind: 'unavailable' })
  // What the later sink would do with it, once it runs: here it takes its place.
  const { seq = 0 } = (await jetStream.manager.streams.getMessage(streamName, { last_by_subj: subject })) ?? {}
  await jetStream.manager.streams.deleteMessage(streamName, seq)
  const nothing = encodeMessage({ head: { operation: 'unheard-of' }, body: new Uint8Array() }, subject)
  await jetStream.client.publish(subject, nothing)
  await within(
    until(async () => (await sinks()).aside.messages === 1),
    () => 'a kind of entry that nobody knows, set aside',
  )
  expect((await sinks()).behind).toEqual([])
}, 120_000)
