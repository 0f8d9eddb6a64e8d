/**
 * Measures a cluster beside one collector with a log of its own: real NATS servers with three copies of each message, the
 * commands as people run them, ClickHouse in a process. `--help` says what is measured. All parts share this machine.
 */
import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { streamName } from '../packages/collector/src/jetstream/subjects.ts'
import { findMissingClusterParts } from '../tools/cluster-parts.ts'
import { run } from '../tools/node-tool.ts'
import { metricOf, startCommand } from './cluster/command.ts'
import { drain } from './cluster/drain.ts'
import { measureRate, type Payers, printRate, type Rate, rateHeading, whole } from './cluster/rates.ts'
import { type RunningCluster, startCluster } from './cluster/running-cluster.ts'
import { fillSubjects, measureSubjects } from './cluster/subjects.ts'
import { withFolder } from './ingest/data-folder.ts'
import type { Order } from './ingest/measure.ts'

const help = `npm run bench cluster -- [--seconds N] [--subjects N] [--only PART]

Needs nats-server, and installs ClickHouse in a process (half a gigabyte) where it can; CPU and memory are those of Linux.

  load      48 sessions as fast as 1,000 unacknowledged events go each, and at 10,000 events a second: \`serve\` with its own
            log and database, then \`serve --log nats://…\`, by one, two and three collectors; no sink runs meanwhile
  sink      what the last line of \`load\` left in the stream, by one sink and by two, each into an empty database
  subjects  sessions with one message each in one stream: what the servers take, how long reads and starts take

  --seconds N   of each line of \`load\`, after a second to warm up (default 5)
  --subjects N  sessions of \`subjects\` (default 200000)
  --only PART   \`load\`, with \`sink\` behind it, or \`subjects\``

const parts = { load: loadAndSink, subjects } as const
type Part = keyof typeof parts

const { values: flags } = parseArgs({
  options: {
    help: { type: 'boolean' },
    seconds: { type: 'string', default: '5' },
    subjects: { type: 'string', default: '200000' },
    only: { type: 'string' },
  },
})
const seconds = Number(flags.seconds)
const subjectCount = Number(flags.subjects)
const missing = flags.help ? [] : await findMissingClusterParts()
if (flags.help) console.log(help)
else if (!(seconds > 0 && subjectCount > 0 && (flags.only === undefined || flags.only in parts))) {
  console.error(help)
  process.exitCode = 2
} else if (missing.length > 0) {
  console.error(`missing: ${missing.join('; ')}`)
  process.exitCode = 1
} else {
  await printMachine()
  const wanted = flags.only === undefined ? (Object.keys(parts) as Part[]) : [flags.only as Part]
  for (const name of wanted) await parts[name]()
}

async function printMachine(): Promise<void> {
  const nats = (
    await run('nats-server', ['--version'], { env: { PATH: `${process.env.PATH}:/usr/sbin` } })
  ).output.trim()
  const cores = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), which all parts and the load share`
  console.log(`${cores}; ${nats}; Node ${process.version}; load of the machine before ${loadavg()[0]?.toFixed(1)}\n`)
}

async function loadAndSink(): Promise<void> {
  const unbounded: Order = { seconds, sessions: 48, windowEvents: 1000 }
  const steady: Order = { ...unbounded, eventsPerSecond: 10_000 }
  console.log(rateHeading())
  const own = await embedded('own log', unbounded)
  await embedded('own log, at 10,000/s', steady)
  await withCluster(async (cluster) => {
    const store = await cluster.newStore()
    await clustered(cluster, store, 3, steady, ', at 10,000/s')
    const rates: ClusteredRate[] = []
    for (const collectors of [1, 2, 3]) {
      await cluster.purge()
      rates.push(await clustered(cluster, store, collectors, unbounded))
    }
    const ratios = rates.map(({ eventsPerSecond }) => (eventsPerSecond / own.eventsPerSecond).toFixed(2))
    console.log(`ratio ${ratios.join(', ')} of the own log's events a second, by one, two and three collectors\n`)
    const { storedEvents = 0 } = rates.at(-1) ?? {}
    const { messages, bytes } = (await cluster.jetStream.manager.streams.info(streamName)).state
    const sizes = `${(storedEvents / messages).toFixed(0)} events a message, ${(bytes / storedEvents).toFixed(0)} bytes an event`
    console.log(`${whole(storedEvents)} events from the stream (${sizes}) into ClickHouse, while nobody sends`)
    for (const sinks of [1, 2]) await drain(cluster, sinks, storedEvents)
  })
}

async function embedded(name: string, order: Order): Promise<Rate> {
  return withFolder(async (folder) => {
    const collector = await startCommand(['serve', '--port', '0', '--data', folder])
    const rate = await measureRate([collector.url], order, { 'collector and database': () => [collector.pid] })
    printRate(name, rate)
    await collector.stop()
    return rate
  })
}

interface ClusteredRate extends Rate {
  /** All that stands in the stream of it. */
  readonly storedEvents: number
}

async function clustered(
  cluster: RunningCluster,
  store: string,
  count: number,
  order: Order,
  suffix = '',
): Promise<ClusteredRate> {
  const collectors = await Promise.all(Array.from({ length: count }, () => cluster.serve(store)))
  const payers: Payers = {
    collectors: () => collectors.map(({ pid }) => pid),
    NATS: () => cluster.nats.map(({ pid }) => pid),
  }
  const urls = collectors.map(({ url }) => url)
  const rate = await measureRate(urls, order, payers)
  printRate(`${count} collector${count > 1 ? 's' : ''} on NATS${suffix}`, rate)
  const stored = await Promise.all(urls.map((url) => metricOf(url, 'downlink_events_stored_total')))
  await Promise.all(collectors.map((collector) => collector.stop()))
  return { ...rate, storedEvents: stored.reduce((sum, events) => sum + events, 0) }
}

async function subjects(): Promise<void> {
  await withCluster(async (cluster) => measureSubjects(cluster, await fillSubjects(cluster, subjectCount)))
}

function withCluster(use: (cluster: RunningCluster) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const cluster = await startCluster(folder)
    try {
      await use(cluster)
    } finally {
      await cluster.stop()
    }
  })
}
