/** The commit log over three real NATS servers, of which one dies: the leader of the stream, or one that follows it. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock, systemTimer } from '../../packages/collector/src/clock.ts'
import { connectJetStream, type JetStream } from '../../packages/collector/src/jetstream/connect.ts'
import { createStreamCommit, type StreamCommit } from '../../packages/collector/src/jetstream/stream-commit.ts'
import { createStreamLog, keptMs } from '../../packages/collector/src/jetstream/stream-log.ts'
import { streamName, subjectOf } from '../../packages/collector/src/jetstream/subjects.ts'
import { aBatch } from '../../packages/collector/src/test-doubles.ts'
import { aNatsCluster, leaderOf, type NatsCluster } from './nats-servers.ts'

const logger = { warn() {}, info() {} }

async function connect({ urls }: NatsCluster): Promise<JetStream> {
  const jetStream = await connectJetStream({ servers: urls, maxLogBytes: 100_000_000, logger })
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
