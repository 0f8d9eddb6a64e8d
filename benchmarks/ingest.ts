/**
 * Measures what an event costs from its frame to its durable ack, beside a bare `ws` server that only parses the same frames.
 * `--help` says what is measured. Load, peer and collector are each a process of their own; frames are encoded beforehand.
 */
import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { attackUntil } from './ingest/attack.ts'
import { measureOperations, type Operations } from './ingest/beside.ts'
import { startCold } from './ingest/cold-start.ts'
import { countEvents, databaseFile, fill, filledFromMs, filledSession, withFolder } from './ingest/data-folder.ts'
import { type Measured, measure, type Order, quantileOf } from './ingest/measure.ts'
import { type ServerProcess, startServer } from './ingest/server-process.ts'

const help = `npm run bench ingest -- [--seconds N] [--stored MILLIONS] [--only PART]

Each line has events a second, how long an ack took, and what a million events cost the server's process in CPU seconds.

  load         as fast as 16 sessions of 1,000 unacknowledged events go, and at 10,000 events a second
  connections  at 20,000 events a second, over 10, 100 and 1,000 connections
  stored       at 20,000 events a second, into an empty store and into a filled one
  life         at 10,000 events a second into a filled store, alone and beside prunes of all that was there, backups,
               compactions and sessions that are forgotten, in turns
  otlp         at 10,000 events a second, alone and sending on to OpenTelemetry, in turns; and how far that is behind then
  attack       at 10,000 events a second, beside queries that would hold, fill or end a database, 30 s at least
  start        \`downlink serve\` until it listens, and its memory at rest

  --seconds N         of each line, after a second to warm up (default 5)
  --stored MILLIONS   of events in the filled store (default 5)
  --only PART         one of the parts`

const lifeRounds = 4
const otlpRounds = 3
/** What is stopped by its time takes ten seconds. */
const minAttackSeconds = 30

const parts = { load, connections, stored, life, otlp, attack, start }
type Part = keyof typeof parts

const { values: flags } = parseArgs({
  options: {
    help: { type: 'boolean' },
    seconds: { type: 'string', default: '5' },
    stored: { type: 'string', default: '5' },
    only: { type: 'string' },
  },
})
const seconds = Number(flags.seconds)
const storedMillions = Number(flags.stored)
if (flags.help) console.log(help)
else if (!(seconds > 0 && storedMillions > 0 && (flags.only === undefined || flags.only in parts))) {
  console.error(help)
  process.exitCode = 2
} else {
  for (const name of flags.only === undefined ? (Object.keys(parts) as Part[]) : [flags.only as Part])
    await parts[name]()
}

async function load(): Promise<void> {
  const order = { sessions: 16, windowEvents: 1000 }
  const bare = await againstBare('bare ws + JSON.parse', order)
  await withFolder(async (folder) => {
    const ours = await againstCollector('collector, durable', order, folder)
    const events = (ours.eventsPerSecond / bare.eventsPerSecond).toFixed(2)
    const cpu = (ours.cpuSecondsPerMillion / bare.cpuSecondsPerMillion).toFixed(1)
    console.log(`ratio ${events} of its events a second, at ${cpu} times its CPU an event`)
    // Closed in order, the database has taken in its own log.
    const bytesPerEvent = (await stat(databaseFile(folder))).size / (await countEvents(folder))
    console.log(`on disk ${bytesPerEvent.toFixed(0)} bytes an event; memory after it ${ours.residentMb.toFixed(0)} MB`)
  })
  await againstBare('bare, at 10,000/s', { ...order, eventsPerSecond: 10_000 })
  await withFolder((folder) =>
    againstCollector('collector, at 10,000/s', { ...order, eventsPerSecond: 10_000 }, folder),
  )
}

async function connections(): Promise<void> {
  for (const sessions of [10, 100, 1000]) {
    const order = { sessions, windowEvents: 2000, eventsPerSecond: 20_000 }
    await againstBare(`bare, ${sessions} connections`, order)
    await withFolder((folder) => againstCollector(`collector, ${sessions} connections`, order, folder))
  }
}

async function stored(): Promise<void> {
  for (const millions of [0, storedMillions]) {
    await withFolder(async (folder) => {
      if (millions > 0) await fill(folder, millions * 1e6)
      const order = { sessions: 16, windowEvents: 1000, eventsPerSecond: 20_000 }
      await againstCollector(`collector, ${millions} million stored`, order, folder)
    })
  }
}

async function life(): Promise<void> {
  const rows = storedMillions * 1e6
  await withFolder(async (folder) => {
    await fill(folder, rows)
    const server = await startServer('collector-server.ts', folder)
    const order = { sessions: 16, windowEvents: 1000, eventsPerSecond: 10_000, seconds }
    // A millisecond an event.
    const prunedBefore = (round: number) => filledFromMs + ((round + 1) * rows) / lifeRounds
    const operations: Operations = {
      prune: (round) => ({ path: `prune?olderThanMs=${Math.floor(Date.now() - prunedBefore(round))}` }),
      backup: () => ({ path: 'backup?keep=1' }),
      forget: (round) => ({ method: 'DELETE', path: `sessions/${filledSession(round)}` }),
      compact: () => ({ path: 'prune?compact=true' }),
    }
    await measureOperations(server, order, operations, lifeRounds)
    await server.stop()
  })
}

async function otlp(): Promise<void> {
  const order = { sessions: 16, windowEvents: 1000, eventsPerSecond: 10_000, seconds }
  const backend = await startServer('otlp-server.ts')
  const [alone, sending]: [number[], number[]] = [[], []]
  for (let round = 0; round < otlpRounds; round++) {
    await withFolder(async (folder) => {
      const { acks } = await againstCollector('collector', order, folder)
      alone.push(quantileOf(acks, 0.99))
    })
    await withFolder(async (folder) => {
      const server = await startServer('collector-server.ts', folder, backend.url)
      const { acks } = await measure('collector, with otlp', server, order)
      sending.push(quantileOf(acks, 0.99))
      const metrics = await (await fetch(server.url.replace(/^ws(.*)\/telemetry$/, 'http$1/metrics'))).text()
      const of = (name: string) => Number(new RegExp(`^downlink_otlp_${name} (.*)$`, 'm').exec(metrics)?.[1])
      console.log(`sent ${of('sent_total')} events, ${of('lag_events')} behind`)
      await server.stop()
    })
  }
  await backend.stop()
  console.log(`ratio ${(median(sending) / median(alone)).toFixed(2)} of its p99, by the medians of ${otlpRounds} turns`)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

async function attack(): Promise<void> {
  await withFolder(async (folder) => {
    await fill(folder, 1e6)
    const server = await startServer('collector-server.ts', folder)
    let isOver = false
    const attacking = attackUntil(() => isOver, server.url.replace(/^ws(.*)\/telemetry$/, 'http$1'))
    await measure('collector, attacked', server, {
      seconds: Math.max(seconds, minAttackSeconds),
      sessions: 16,
      windowEvents: 1000,
      eventsPerSecond: 10_000,
    })
    isOver = true
    const { asked, answered, nextAnswerMs } = await attacking
    console.log(
      `${asked} queries asked, ${answered} answered; the next question after ${(nextAnswerMs / 1000).toFixed(1)} s`,
    )
    await server.stop()
  })
}

async function start(): Promise<void> {
  const starts = [await startCold(), await startCold(), await startCold()].sort((a, b) => a.startMs - b.startMs)
  const { startMs = Number.NaN, residentMb } = starts[1] ?? {}
  const memory = residentMb?.map((mb) => mb.toFixed(0)).join(' + ') ?? 'unknown'
  console.log(`downlink serve listens after ${startMs.toFixed(0)} ms; at rest ${memory} MB`)
}

async function againstBare(name: string, order: Omit<Order, 'seconds'>): Promise<Measured> {
  return measureAndStop(name, await startServer('bare-server.ts'), order)
}

async function againstCollector(name: string, order: Omit<Order, 'seconds'>, folder: string): Promise<Measured> {
  return measureAndStop(name, await startServer('collector-server.ts', folder), order)
}

async function measureAndStop(name: string, server: ServerProcess, order: Omit<Order, 'seconds'>): Promise<Measured> {
  const measured = await measure(name, server, { ...order, seconds })
  await server.stop()
  return measured
}
