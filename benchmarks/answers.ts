/**
 * Measures how long the page waits for its answers, over ten million events of a web game, and whether ingest notices.
 * `--help` says what is measured.
 */
import { cp, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ask } from './answers/ask.ts'
import { makeGame } from './answers/game-folder.ts'
import { measureInTurns, measureViews } from './answers/measure-views.ts'
import { listViews } from './answers/views.ts'
import { databaseFile, withFolder } from './ingest/data-folder.ts'
import { measure } from './ingest/measure.ts'
import { startServer } from './ingest/server-process.ts'

const help = `npm run bench answers -- [--events N] [--times N] [--seconds N] [--folder DIR]

Makes a game's data, starts a collector over it, and asks what its page asks: lists of sessions, labels, one session, and
each question that is built in. Each line has the time of the first answer, the median and the 95th percentile of the
next ones, and of a question the median from what is kept ready. Then the same beside an ingest of 10,000 events a
second, with how long acks took before and meanwhile.

  --events N     in the data, more or less; a thirtieth as many sessions (default 10000000)
  --times N      that each is asked (default 7)
  --seconds N    of ingest without a question; with them it lasts three times as long (default 20)
  --folder DIR   keeps the data there for the next time`

/** All views have to have their turn. */
const besideFactor = 3

const { values: flags } = parseArgs({
  options: {
    help: { type: 'boolean' },
    events: { type: 'string', default: '10000000' },
    times: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '20' },
    folder: { type: 'string' },
  },
})
const [events, times, seconds] = [flags.events, flags.times, flags.seconds].map(Number)
if (flags.help) console.log(help)
else if (!events || !times || !seconds || events < 1000 || times < 1 || seconds < 1) {
  console.error(help)
  process.exitCode = 2
} else await withFolder((folder) => run(folder, { events, times, seconds }))

interface RunOptions {
  readonly events: number
  readonly times: number
  readonly seconds: number
}

async function run(folder: string, { events, times, seconds }: RunOptions): Promise<void> {
  const kept = flags.folder ?? join(folder, 'made')
  const startMs = performance.now()
  await makeGame(kept, events)
  // What is sent beside the questions must not stay.
  const data = join(folder, 'data')
  await cp(kept, data, { recursive: true })
  const megabytes = (await stat(databaseFile(data))).size / 1e6
  console.log(`the data: ${megabytes.toFixed(0)} MB, after ${((performance.now() - startMs) / 1000).toFixed(0)} s`)
  const server = await startServer('collector-server.ts', data)
  const collector = server.url.replace(/^ws(.*)\/telemetry$/, 'http$1')
  await untilItAnswers(collector)
  const views = await listViews(collector)
  await measureViews(collector, views, times)
  const order = { sessions: 100, windowEvents: 2000, eventsPerSecond: 10_000 }
  await measure('ingest, nobody asks', server, { ...order, seconds })
  let isOver = false
  const asking = measureInTurns(collector, views, () => isOver)
  await measure('ingest, beside questions', server, { ...order, seconds: besideFactor * seconds })
  isOver = true
  const printViews = await asking
  printViews()
  await server.stop()
}

async function untilItAnswers(collector: string): Promise<void> {
  const question = { name: 'any', path: 'query', sql: 'SELECT count(*) FROM sessions' }
  while ((await ask(collector, question, { prefer: 'wait=60' })).failure !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
