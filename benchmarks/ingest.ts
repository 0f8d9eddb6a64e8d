/**
 * Events a second to a durable ack, against a bare `ws` server that only parses the same frames.
 *
 *     npx jiti benchmarks/ingest.ts [seconds]
 *
 * The load comes from a process of its own, over real sockets, in frames encoded beforehand.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCollector } from '@downlink/collector'
import { defineEvents } from '@downlink/protocol'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import type { LoadOrder, LoadReport } from './ingest/load.ts'

const seconds = Number(process.argv[2] ?? 5)
const events = defineEvents({
  bullet_hit: z.object({
    bulletId: z.string(),
    shipId: z.string(),
    ownerId: z.string(),
    damage: z.number(),
    health: z.number(),
    x: z.number(),
    y: z.number(),
  }),
})

const peer = await againstBareSocket()
const ours = await againstCollector()
const calm = await againstCollector(10_000)
print('bare ws + JSON.parse', peer)
print('collector, durable', ours)
print('the same, at ease', calm)
console.log(`on disk ${ours.bytesPerEvent.toFixed(0)} bytes an event; this process ${ours.residentMb.toFixed(0)} MB`)
console.log(`ratio ${(ours.eventsPerSecond / peer.eventsPerSecond).toFixed(2)}`)

/** Under its load, and at rest after it. */
interface CollectorReport extends LoadReport {
  readonly bytesPerEvent: number
  readonly residentMb: number
}

async function againstCollector(eventsPerSecond?: number): Promise<CollectorReport> {
  const data = await mkdtemp(join(tmpdir(), 'downlink-bench-'))
  const collector = createCollector({ data, events, logger: false })
  try {
    const { telemetry } = await collector.listen({ port: 0 })
    const report = await load(telemetry, eventsPerSecond)
    const residentMb = process.memoryUsage.rss() / 1e6
    const { rows } = await collector.query('SELECT count(*) FROM events')
    // Closed in order, the database has taken in its own log.
    await collector.close()
    const { size } = await stat(join(data, 'downlink.duckdb'))
    return { ...report, bytesPerEvent: size / Number(rows[0]?.[0]), residentMb }
  } finally {
    await collector.close()
    await rm(data, { recursive: true, force: true })
  }
}

/** Answers each frame as soon as it is parsed: nothing is checked, nothing is kept. */
async function againstBareSocket(): Promise<LoadReport> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  await new Promise((resolve) => server.once('listening', resolve))
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data))
      const seq = frame.t === 'batch' ? frame.seq + frame.events.length - 1 : 0
      socket.send(JSON.stringify({ t: frame.t === 'batch' ? 'ack' : 'welcome', seq }))
    })
  })
  try {
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new Error('Expected a port')
    return await load(`ws://127.0.0.1:${address.port}`)
  } finally {
    for (const socket of server.clients) socket.terminate()
    server.close()
  }
}

async function load(url: string, eventsPerSecond?: number): Promise<LoadReport> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'ingest', 'load.ts'), {
    execArgv: ['--import', 'jiti/register'],
  })
  try {
    return await new Promise<LoadReport>((resolve, reject) => {
      child.once('message', (report) => resolve(report as LoadReport))
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`The load generator ended with ${code}`)))
      const order: LoadOrder = { url, seconds, sessions: 8, batchSize: 50, windowEvents: 2000 }
      child.send(eventsPerSecond ? { ...order, eventsPerSecond } : order)
    })
  } finally {
    child.kill()
  }
}

function print(name: string, { eventsPerSecond, ackP50Ms, ackP99Ms }: LoadReport): void {
  const rate = Math.round(eventsPerSecond).toLocaleString('en')
  console.log(
    `${name.padEnd(22)} ${rate.padStart(9)} events/s   ack p50 ${ackP50Ms.toFixed(1)} ms, p99 ${ackP99Ms.toFixed(1)} ms`,
  )
}
