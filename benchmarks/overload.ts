/**
 * Measures what a page without a collector makes of 100,000 events a second: its frames, beside those of the same page that pushes
 * nothing; its memory; and what became of each event. `--help` says what is judged.
 */
import { parseArgs } from 'node:util'
import type { Browser, CDPSession } from '@playwright/test'
import { openModuleSite } from '../tests/e2e/fixtures/module-site.ts'
import { launchChromium } from '../tools/chromium.ts'

const help = `npm run bench overload -- [--seconds N] [--rate EVENTS]

Five types are pushed in turn: one that must be delivered (1 of 1000), one of which the latest wins, one that is sampled away,
and two without a policy. Nobody listens at the address; what fits goes to the spool once a second. Before and after it the same
page pushes nothing, for a quarter of the time each: by how much these two differ, its frames may. Memory is the page's
JavaScript heap after a collection, every tenth of the time. Exits with 1 unless frames are untouched, memory is flat and every
event is accounted for.

  --seconds N    (default 60), and half as long again for the idle page
  --rate EVENTS  a second (default 100000)`

const { values: flags } = parseArgs({
  options: {
    help: { type: 'boolean' },
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '100000' },
  },
})
const seconds = Number(flags.seconds)
const rate = Number(flags.rate)

/** What a frame's length and the clock of a page leave open. */
const resolutionMs = 1
/** What a full buffer leaves open, whose oldest objects are any. */
const flatMb = 2

if (flags.help) console.log(help)
else if (!(seconds > 0 && rate > 0)) {
  console.error(help)
  process.exitCode = 2
} else await run()

async function run(): Promise<void> {
  const site = await openModuleSite()
  const browser = await launchChromium()
  try {
    const before = await play(browser, site.url, 0, seconds / 4)
    const busy = await play(browser, site.url, rate, seconds)
    const after = await play(browser, site.url, 0, seconds / 4)
    judge(busy, [before, after])
  } finally {
    await browser.close()
    await site.close()
  }
}

interface Played {
  readonly frameP99Ms: number
  /** By which the heap grew once it was warm. */
  readonly grownMb: number
  readonly unaccounted: number
}

function judge(busy: Played, idle: readonly Played[]): void {
  const [fastest = 0, slowest = 0] = idle.map(({ frameP99Ms }) => frameP99Ms).sort((a, b) => a - b)
  const spreadMs = Math.max(slowest - fastest, resolutionMs)
  const ratio = busy.frameP99Ms / slowest
  const verdicts = [
    [
      busy.frameP99Ms <= slowest + spreadMs,
      `untouched frames: p99 ${ratio.toFixed(2)} of the idle page's, whose own spread is ${(slowest / fastest).toFixed(2)}`,
    ],
    [busy.grownMb <= flatMb, `flat memory: ${busy.grownMb.toFixed(1)} MB more at the end than when it was warm`],
    [busy.unaccounted === 0, `every event accounted for: ${busy.unaccounted} without a reason`],
  ] as const
  for (const [holds, what] of verdicts) console.log(`${holds ? 'holds' : 'FAILS'}  ${what}`)
  if (verdicts.some(([holds]) => !holds)) process.exitCode = 1
}

/** What the page tells of its frames. */
interface Frames {
  readonly gapMs: number[]
  readonly pushMs: number[]
}

async function play(browser: Browser, url: string, rate: number, seconds: number): Promise<Played> {
  const page = await browser.newPage()
  const devtools = await page.context().newCDPSession(page)
  await page.goto(url)
  await page.waitForFunction(() => 'downlink' in globalThis)
  await page.evaluate(startPushing, rate)
  const heapMb: number[] = []
  for (let tenth = 0; tenth < 10; tenth++) {
    await page.waitForTimeout(seconds * 100)
    heapMb.push(await heapOf(devtools))
  }
  const { frames, stats } = await page.evaluate(() => ({
    frames: (globalThis as unknown as { frames: Frames }).frames,
    stats: telemetry.stats(),
  }))
  await page.close()
  const { pushed, acked, queued, inFlight, dropped } = stats
  const reasons = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`)
  const unaccounted = pushed - acked - queued - inFlight - Object.values(dropped).reduce((sum, count) => sum + count, 0)
  console.log(`${rate} events a second, for ${seconds} s`)
  console.log(
    `  frames    p50 ${at(frames.gapMs, 0.5)}  p99 ${at(frames.gapMs, 0.99)}  longest ${at(frames.gapMs, 1)} ms`,
  )
  console.log(
    `  pushing   p50 ${at(frames.pushMs, 0.5)}  p99 ${at(frames.pushMs, 0.99)}  longest ${at(frames.pushMs, 1)} ms a frame`,
  )
  console.log(`  heap      ${heapMb.map((mb) => mb.toFixed(1)).join(' ')} MB`)
  console.log(
    `  events    ${pushed} pushed = ${[`${queued + inFlight} kept`, ...reasons].join(' + ')}; unaccounted ${unaccounted}`,
  )
  console.log(`  spool     ${JSON.stringify(stats.spool?.state)}, written up to ${stats.spool?.written}`)
  const grownMb = Math.min(...heapMb.slice(-3)) - Math.min(...heapMb.slice(1, 4))
  return { frameP99Ms: Number(at(frames.gapMs, 0.99)), grownMb, unaccounted }
}

/** Runs in the page. */
function startPushing(rate: number): void {
  const { byType, createSpool, createTelemetry, latestWins, mustDeliver, sampled } = downlink
  globalThis.telemetry = createTelemetry({
    // Nobody listens on port 9.
    url: 'ws://127.0.0.1:9/telemetry',
    enabled: true,
    environment: { development: undefined },
    spool: createSpool(),
    policies: byType({ purchase: mustDeliver, player_moved: latestWins, frame_time: sampled(0) }),
  })
  telemetry.start()
  const frames: Frames = { gapMs: [], pushMs: [] }
  Object.assign(globalThis, { frames })
  const types = ['shot', 'player_moved', 'hit', 'frame_time']
  let [before, due, n] = [performance.now(), 0, 0]
  const frame = (now: number): void => {
    frames.gapMs.push(now - before)
    due += ((now - before) / 1000) * rate
    before = now
    const startedMs = performance.now()
    for (; n < due; n++) telemetry.push(n % 1000 === 0 ? 'purchase' : (types[n % 4] ?? 'shot'), { n, x: 12.5, y: 7 })
    frames.pushMs.push(performance.now() - startedMs)
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}

async function heapOf(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  return usedSize / 1e6
}

function at(values: readonly number[], share: number): string {
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1)
}
