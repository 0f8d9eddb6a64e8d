/** Measures what a server of NATS takes for a stream of many sessions, each with a subject of its own and one message. */
import { randomUUID } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { encodeEvents } from '../../packages/collector/src/commit/encoded-events.ts'
import { applyBatch, newRecord } from '../../packages/collector/src/commit/session-record.ts'
import { encodeWrite } from '../../packages/collector/src/commit/session-write.ts'
import { connectJetStream } from '../../packages/collector/src/jetstream/connect.ts'
import { createStreamLog } from '../../packages/collector/src/jetstream/stream-log.ts'
import { streamName } from '../../packages/collector/src/jetstream/subjects.ts'
import type { NatsServer } from '../../tests/cluster/nats-process.ts'
import { bulletHits } from '../ingest/events.ts'
import { usageOf } from './process-usage.ts'
import { whole } from './rates.ts'
import type { RunningCluster } from './running-cluster.ts'

/** Messages on their way. */
const inFlight = 512
const reads = 1000

export async function fillSubjects({ jetStream, nats }: RunningCluster, count: number): Promise<readonly string[]> {
  const log = createStreamLog(jetStream)
  const before = await usageOf(nats.map(({ pid }) => pid))
  const startedMs = performance.now()
  const sessions = Array.from({ length: count }, () => randomUUID())
  let next = 0
  const publishOn = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) await publishFirst(log, sessions[at] as string)
  }
  await Promise.all(Array.from({ length: inFlight }, publishOn))
  const seconds = (performance.now() - startedMs) / 1000
  const after = await usageOf(nats.map(({ pid }) => pid))
  const cost = (((after.cpuSeconds - before.cpuSeconds) * 1e6) / count).toFixed(1)
  console.log(`${whole(count)} sessions begin at ${whole(count / seconds)} a second; NATS ${cost} CPU s/million`)
  return sessions
}

/** Memory, disk, start and reads of the stream that has them. */
export async function measureSubjects(cluster: RunningCluster, sessions: readonly string[]): Promise<void> {
  const { nats, jetStream } = cluster
  const { state } = await jetStream.manager.streams.info(streamName)
  const memory = await Promise.all(nats.map(async ({ pid }) => (await usageOf([pid])).residentMb))
  const disk = await Promise.all(nats.map(({ folder }) => bytesIn(folder)))
  const each = (values: readonly number[], unit: string): string =>
    `${values.map((value) => value.toFixed(0)).join(', ')} ${unit}`
  console.log(`the stream has ${whole(state.messages)} messages, ${(state.bytes / 1e6).toFixed(0)} MB`)
  console.log(
    `memory of the servers ${each(memory, 'MB')}; disk ${each(
      disk.map((bytes) => bytes / 1e6),
      'MB',
    )}`,
  )
  await measureReads(cluster, sessions)
  await measureStart(cluster)
}

async function publishFirst(log: ReturnType<typeof createStreamLog>, sessionId: string): Promise<void> {
  const writeId = randomUUID()
  const entry = encodeWrite(firstWrite(sessionId))
  for (;;) {
    const published = await log.publish(sessionId, { entry, writeId, after: 0 })
    if (published.kind === 'written') return
    if (published.kind === 'full') throw new Error(`The stream is full: ${published.reason}`)
    const last = await log.readLast(sessionId)
    if (last.kind === 'found' && last.writeId === writeId) return
    await delay(20)
  }
}

/** Of a session that has said who it is, and sent one event. */
function firstWrite(sessionId: string) {
  const receivedAt = Date.now()
  const [hit] = bulletHits(1)
  const event = { type: 'bullet_hit', timestamp: receivedAt, json: JSON.stringify(hit?.data) }
  const batch = {
    ...{ upTo: 1, pushed: 1, end: false, receivedAt, missing: 0, rejected: [], dropped: {} },
    events: encodeEvents([{ seq: 1, event }]),
  }
  const began = { ...newRecord(sessionId, receivedAt), proofHash: '0'.repeat(64) }
  return { sessionId, from: 0, batches: [batch], record: applyBatch(began, batch), unconfirmed: false }
}

async function measureReads({ jetStream }: RunningCluster, sessions: readonly string[]): Promise<void> {
  const log = createStreamLog(jetStream)
  const times: number[] = []
  for (let read = 0; read < reads; read++) {
    const startedMs = performance.now()
    const last = await log.readLast(sessions[Math.floor(Math.random() * sessions.length)] as string)
    if (last.kind !== 'found') throw new Error(`Expected a session's message, got ${last.kind}`)
    times.push(performance.now() - startedMs)
  }
  times.sort((a, b) => a - b)
  const [p50 = 0, p99 = 0] = [times[reads / 2], times[Math.floor(reads * 0.99)]]
  console.log(`a session's last message, one read after the other: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`)
}

/** All three after a crash, on their files: nobody has what they need in memory. */
async function measureStart({ nats }: RunningCluster): Promise<void> {
  for (const server of nats) await server.kill()
  const started = timed(async () => {
    for (const server of nats) server.start()
    await untilWhole(nats)
  })
  const listening = await Promise.all(nats.map((server) => timed(() => untilListening(server))))
  const each = listening.map((seconds) => seconds.toFixed(1)).join(', ')
  console.log(
    `killed, they listen again after ${each} s, and the stream is whole after ${(await started).toFixed(1)} s`,
  )
}

/** A server reads its streams before it lets anybody in. */
async function untilListening({ url }: NatsServer): Promise<void> {
  const { hostname, port } = new URL(url)
  for (;;) {
    const socket = connect(Number(port), hostname)
    const isUp = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isUp) return
    await delay(20)
  }
}

/** The stream has a leader, and both others have what that has. */
async function untilWhole(nats: RunningCluster['nats']): Promise<void> {
  const servers = nats.map(({ url }) => url)
  const jetStream = await connectJetStream({ servers, logger: { warn() {}, info() {} } })
  for (;;) {
    const info = await jetStream.manager.streams.info(streamName).catch(() => undefined)
    const { leader, replicas = [] } = info?.cluster ?? {}
    if (leader !== undefined && replicas.length === 2 && replicas.every(({ current, offline }) => current && !offline))
      break
    await delay(50)
  }
  await jetStream.close()
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return (performance.now() - startedMs) / 1000
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(
    files.map(({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
