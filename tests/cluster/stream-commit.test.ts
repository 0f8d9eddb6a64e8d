/** The commit log over three real NATS servers, of which one dies: the leader of the stream, or one that follows it. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock, systemTimer } from '../../packages/collector/src/clock.ts'
import {
  connectJetStream,
  type JetStream,
  type JetStreamOptions,
} from '../../packages/collector/src/jetstream/connect.ts'
import { createPartitionReader } from '../../packages/collector/src/jetstream/partition-reader.ts'
import { firstPlaceOf } from '../../packages/collector/src/jetstream/places.ts'
import { eraseMessages } from '../../packages/collector/src/jetstream/session-messages.ts'
import { createStreamCommit, type StreamCommit } from '../../packages/collector/src/jetstream/stream-commit.ts'
import { createStreamLog, keptMs } from '../../packages/collector/src/jetstream/stream-log.ts'
import { streamName, subjectOf } from '../../packages/collector/src/jetstream/subjects.ts'
import { aBatch } from '../../packages/collector/src/test-doubles.ts'
import { aNatsCluster, leaderOf, type NatsCluster } from './nats-servers.ts'

const logger = { warn() {}, info() {} }

type StreamConfig = Parameters<JetStream['manager']['streams']['add']>[0]

async function connect({ urls }: NatsCluster, over: Partial<JetStreamOptions> = {}): Promise<JetStream> {
  const jetStream = await connectJetStream({ servers: urls, maxLogBytes: 100_000_000, logger, ...over })
  onTestFinished(() => jetStream.close())
  return jetStream
}

function commitTo(jetStream: JetStream): StreamCommit {
  return createStreamCommit({
    stream: createStreamLog(jetStream),
    source: { isUp: true, readSessions: async () => new Map() },
    maxMessageBytes: jetStream.maxMessageBytes,
    newWriteId: randomUUID,
    keptMs,
    setTimer: systemTimer,
    now: systemClock.monotonicMs,
  })
}

it('makes the stream as it has to be, and does not take one that would lose what no sink has', async () => {
  const cluster = await aNatsCluster()
  const jetStream = await connect(cluster)
  expect(jetStream.replicas).toBe(3)
  const { config } = await jetStream.manager.streams.info(streamName)
  expect(config).toMatchObject({ discard: 'new', storage: 'file', retention: 'limits', max_age: 0 })
  await jetStream.manager.streams.update(streamName, { ...config, max_age: 60_000_000_000 })
  await expect(connect(cluster)).rejects.toMatchObject({ code: 'bad_option' })
})

it.each<readonly [string, Partial<StreamConfig>, string]>([
  ['that ends with its servers', { storage: 'memory', max_bytes: 1_000_000 }, 'files'],
  ['that drops what was read', { retention: 'workqueue' }, 'keep messages that were read'],
  ['that drops the oldest for the newest', { discard: 'old' }, 'discard what is new'],
  ['of which a session has one message', { max_msgs_per_subject: 1 }, 'max_msgs_per_subject'],
  ['that says nothing to who publishes', { no_ack: true }, 'no_ack'],
  ['that no sink may empty', { deny_purge: true }, 'deny_purge'],
])('takes no stream %s', async (_, over, said) => {
  const cluster = await aNatsCluster(1)
  const jetStream = await connect(cluster)
  const { config } = await jetStream.manager.streams.info(streamName)
  await jetStream.manager.streams.delete(streamName)
  await jetStream.manager.streams.add({ ...config, ...over })
  await expect(connect(cluster)).rejects.toMatchObject({ code: 'bad_option', message: expect.stringContaining(said) })
})

it('erases the messages of a session, of which a sink removes some meanwhile', async () => {
  const jetStream = await connect(await aNatsCluster(1))
  const commits = commitTo(jetStream)
  await commits.read('s', true)
  for (let seq = 0; seq < 4; seq++) {
    expect(await commits.append('s', seq, aBatch(seq + 1, 1))).toMatchObject({ kind: 'committed' })
  }
  const { streams } = jetStream.manager
  let removed = 0
  const manager = {
    streams: {
      getMessage: (name, query) => streams.getMessage(name, query),
      async deleteMessage(name, seq, erase) {
        if (removed++ === 0) await streams.purge(streamName, { filter: subjectOf('s'), seq: 3 })
        return streams.deleteMessage(name, seq, erase)
      },
    } as Partial<JetStream['manager']['streams']>,
  } as JetStream['manager']
  expect(await eraseMessages({ manager }, 's', 4)).toBe(2)
  expect((await streams.info(streamName)).state).toMatchObject({ messages: 1, first_seq: 4 })
  // What is there still, and can't be erased, is not taken for gone.
  expect(await commits.append('s', 4, aBatch(5, 1))).toMatchObject({ kind: 'committed' })
  manager.streams.deleteMessage = () => Promise.reject(new Error('no answer'))
  await expect(eraseMessages({ manager }, 's', 5)).rejects.toThrow('no answer')
})

it('warns of a stream that has one copy where its servers allow three', async () => {
  const cluster = await aNatsCluster()
  const jetStream = await connect(cluster)
  const { config } = await jetStream.manager.streams.info(streamName)
  await jetStream.manager.streams.update(streamName, { ...config, num_replicas: 1 })
  const warnings: unknown[] = []
  await connect(cluster, { logger: { ...logger, warn: (found: unknown) => void warnings.push(found) } })
  expect(warnings).toEqual([{ replicas: 1, expectedReplicas: 3 }])
})

it('waits for a stream that another makes, and warns where that is not as it would have made it', async () => {
  const cluster = await aNatsCluster(1)
  const waits = connect(cluster, { maxLogBytes: undefined })
  await delay(1000)
  const made = await connect(cluster, { maxLogBytes: 50_000_000 })
  await waits
  expect((await made.manager.streams.info(streamName)).config.max_bytes).toBe(50_000_000)
  const warnings: unknown[] = []
  await connect(cluster, { logger: { ...logger, warn: (found: unknown) => void warnings.push(found) } })
  expect(warnings).toEqual([{ maxBytes: 50_000_000, maxLogBytes: 100_000_000 }])
})

it('says nothing to a server that has no TLS where TLS is asked for', async () => {
  const info = { server_id: 's', version: '2.10.0', max_payload: 1_048_576, headers: true, proto: 1, jetstream: true }
  const said: string[] = []
  const server = createServer((socket) => {
    socket.on('data', (data) => void said.push(String(data)))
    socket.on('error', () => {})
    socket.write(`INFO ${JSON.stringify(info)}\r\n`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  // It tries for as long as a start may take.
  connectJetStream({ servers: [`tls://127.0.0.1:${port}`], logger }).catch(() => {})
  const [socket] = await once(server, 'connection')
  await once(socket, 'close')
  server.close()
  expect(said).toEqual([])
})

it('is not available while the stream is full, and says so at once', async () => {
  const jetStream = await connect(await aNatsCluster(1), { maxLogBytes: 1_000_000 })
  expect(await jetStream.isAvailable()).toBe(true)
  const log = commitTo(jetStream)
  log.begin('s')
  const json = JSON.stringify('a'.repeat(90_000))
  let mark = 0
  for (let kind = 'committed'; kind === 'committed'; mark++) {
    const events = [{ seq: mark + 1, event: { type: 'a', timestamp: 1, json } }]
    kind = (await log.append('s', mark, aBatch(mark + 1, 1, { events }))).kind
  }
  expect(mark).toBeGreaterThan(5)
  expect(await jetStream.isAvailable()).toBe(false)
})

describe('a partition', () => {
  /** One that has so many messages, which are no entries. */
  async function aPartition(count: number) {
    const jetStream = await connect(await aNatsCluster(1))
    const publishing = Array.from({ length: count }, () => jetStream.client.publish('downlink.07.s', 'none'))
    await Promise.all(publishing)
    const firstPlace = firstPlaceOf(await jetStream.manager.streams.info(streamName))
    return { firstPlace, read: createPartitionReader(jetStream).read }
  }

  /** How many messages the first group has, and where it ends. */
  async function firstGroup(groups: ReturnType<ReturnType<typeof createPartitionReader>['read']>) {
    for await (const group of groups) if (typeof group === 'object') return [group.messages.length, group.end]
    return undefined
  }

  it('ends a group where that ended before', async () => {
    const { firstPlace, read } = await aPartition(20)
    expect(await firstGroup(read('partition-07', 0, firstPlace + 5))).toEqual([5, firstPlace + 5])
    expect(await firstGroup(read('partition-07', firstPlace + 5, firstPlace + 7))).toEqual([2, firstPlace + 7])
  })

  it('goes on where the end of a group lies beyond what a reader may have, or beyond the last message', async () => {
    const { firstPlace, read } = await aPartition(2100)
    expect(await firstGroup(read('partition-07', 0, firstPlace + 2090))).toEqual([500, firstPlace + 500])
    expect(await firstGroup(read('partition-07', firstPlace + 2090, firstPlace + 5000))).toEqual([
      10,
      firstPlace + 2100,
    ])
  })

  it('is read from its begin where the store has one of an earlier stream, and not where the stream ends before', async () => {
    const { firstPlace, read } = await aPartition(3)
    expect(await firstGroup(read('partition-07', firstPlace - 1000))).toEqual([3, firstPlace + 3])
    await expect(firstGroup(read('partition-07', firstPlace + 4))).rejects.toMatchObject({ code: 'log_unavailable' })
  })
})

it('tells a collector whose session went on elsewhere where that stands', async () => {
  const jetStream = await connect(await aNatsCluster(1))
  const [one, other] = [commitTo(jetStream), commitTo(jetStream)]
  expect(await one.read('a.session', true)).toEqual({ kind: 'unknown' })
  expect(await one.append('a.session', 0, aBatch(1, 10))).toMatchObject({ kind: 'committed' })
  expect(await other.read('a.session', false)).toMatchObject({ kind: 'known', record: { committedSeq: 10 } })
  const appended = await Promise.all([
    other.append('a.session', 10, aBatch(11, 5)),
    other.append('a.session', 15, aBatch(16, 5)),
  ])
  expect(appended.map((outcome) => outcome.kind === 'committed' && outcome.record.committedSeq)).toEqual([20, 20])
  expect(await one.append('a.session', 10, aBatch(11, 3))).toEqual({ kind: 'stale', committedSeq: 20 })
  expect(await one.append('a.session', 20, aBatch(21, 3))).toEqual({ kind: 'unavailable' })
  expect(await one.read('a.session', false)).toMatchObject({ kind: 'known', record: { committedSeq: 20 } })
  expect(subjectOf('a.session')).toMatch(/^downlink\.\d\d\.a%2Esession$/)
})

it('is told that it never saw a session whose messages are gone, and goes on behind none', async () => {
  const jetStream = await connect(await aNatsCluster(1))
  const log = commitTo(jetStream)
  log.begin('s')
  expect(await log.append('s', 0, aBatch(1, 10))).toMatchObject({ kind: 'committed' })
  await jetStream.manager.streams.purge(streamName)
  // The store of this test has nothing: so nothing is committed.
  expect(await log.append('s', 10, aBatch(11, 1))).toEqual({ kind: 'stale', committedSeq: 0 })
})

it.each(['leader', 'follower'] as const)('goes on while the %s is killed, without a hole', async (role) => {
  const cluster = await aNatsCluster()
  const jetStream = await connect(cluster)
  const log = commitTo(jetStream)
  const sessions = Array.from({ length: 8 }, () => randomUUID())
  for (const session of sessions) log.begin(session)
  const marks = new Map<string, number>()
  let isOver = false
  const sending = sessions.map(async (session) => {
    while (!isOver) {
      const mark = marks.get(session) ?? 0
      const outcome = await log.append(session, mark, aBatch(mark + 1, 50))
      expect(outcome).toMatchObject({ kind: 'committed', record: { committedSeq: mark + 50 } })
      marks.set(session, mark + 50)
    }
  })
  await delay(300)
  const leader = await leaderOf(cluster)
  const killed = cluster.servers.find(({ name }) => (name === leader) === (role === 'leader'))
  await killed?.kill()
  const before = new Map(marks)
  while (sessions.some((id) => (marks.get(id) ?? 0) <= (before.get(id) ?? 0) + 50)) await delay(50)
  killed?.start()
  await delay(300)
  isOver = true
  await Promise.all(sending)
  const reader = commitTo(jetStream)
  for (const session of sessions) {
    const committedSeq = marks.get(session)
    expect(await reader.read(session, false)).toMatchObject({ kind: 'known', record: { committedSeq, missing: 0 } })
  }
})
