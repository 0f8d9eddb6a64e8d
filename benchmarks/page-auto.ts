/**
 * Measures what all of `auto` costs a game: the main thread's time a frame, of a page that draws 60 frames and pushes 100
 * events a second, beside the same page without. `--help` says what is measured.
 */
import { parseArgs } from 'node:util'
import { createCollector } from '@downlink/collector'
import type { Browser } from '@playwright/test'
import { openModuleSite } from '../tests/e2e/fixtures/module-site.ts'
import { launchChromium } from '../tools/chromium.ts'
import { withFolder } from './ingest/data-folder.ts'

const help = `npm run bench page-auto -- [--pairs N] [--seconds N]

Each round opens three pages, one after the other: two without auto, whose difference is what chance makes of equals (A/A), and
one with all of it. Time is Chromium's TaskDuration of the page's main thread, after the first two seconds. The last line
is the verdict, and the exit code is 1 where the median of the differences with auto is above all of those between equals.

  --pairs N      (default 20)
  --seconds N    with each page (default 5)`

const { values: flags } = parseArgs({
  options: {
    help: { type: 'boolean' },
    pairs: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '5' },
  },
})
const pairs = Number(flags.pairs)
const seconds = Number(flags.seconds)

const warmUpMs = 2000
const eventsPerSecond = 100

if (flags.help) console.log(help)
else if (!(pairs > 0 && seconds > 0)) {
  console.error(help)
  process.exitCode = 2
} else await withFolder(run)

async function run(folder: string): Promise<void> {
  const collector = createCollector({ data: folder, logger: false })
  const { url } = await collector.listen({ port: 0 })
  const site = await openModuleSite()
  const browser = await launchChromium()
  const equals: number[] = []
  const withAuto: number[] = []
  const frames: Frames[] = []
  try {
    for (let pair = 0; pair < pairs; pair++) {
      const [one, other, recorded] = [
        await play(browser, site.url, url, false),
        await play(browser, site.url, url, false),
        await play(browser, site.url, url, true),
      ]
      equals.push(other.taskMs - one.taskMs)
      withAuto.push(recorded.taskMs - (one.taskMs + other.taskMs) / 2)
      frames.push(one, other, recorded)
    }
  } finally {
    await browser.close()
    await site.close()
    await collector.close()
  }
  const plain = frames.filter((_, index) => index % 3 !== 2)
  const recorded = frames.filter((_, index) => index % 3 === 2)
  print('without', plain)
  print('with auto', recorded)
  const [low, median, high] = [at(equals, 0), at(withAuto, 0.5), at(equals, 1)]
  console.log(
    `main thread a frame, differences of ${pairs} pairs of equals: ${low.toFixed(3)} to ${high.toFixed(3)} ms`,
  )
  console.log(`the same with auto, median: ${median.toFixed(3)} ms`)
  const medianOf = (pages: readonly Frames[]) =>
    at(
      pages.map(({ taskMs }) => taskMs),
      0.5,
    )
  console.log(`ratio ${(medianOf(recorded) / medianOf(plain)).toFixed(2)} of the main thread's time without auto`)
  const isWithin = median <= high
  console.log(`verdict: ${isWithin ? 'within' : 'above'} the spread of ${pairs} A/A pairs of this run`)
  if (!isWithin) process.exitCode = 1
}

interface Frames {
  /** Of the main thread, a frame. */
  readonly taskMs: number
  readonly fps: number
  readonly p99Ms: number
}

async function play(browser: Browser, site: string, collector: string, hasAuto: boolean): Promise<Frames> {
  const page = await browser.newPage({ viewport: { width: 640, height: 480 } })
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable')
  await page.goto(site)
  await page.waitForFunction(() => 'downlink' in globalThis)
  await page.evaluate(startGame, [collector, hasAuto, eventsPerSecond] as const)
  await page.waitForTimeout(warmUpMs)
  const taskSeconds = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
  }
  const gaps = () => page.evaluate(() => (globalThis as unknown as { gapMs: number[] }).gapMs.splice(0))
  await gaps()
  const before = await taskSeconds()
  await page.waitForTimeout(seconds * 1000)
  const took = (await taskSeconds()) - before
  const gapMs = await gaps()
  await page.close()
  return { taskMs: (took * 1000) / gapMs.length, fps: gapMs.length / seconds, p99Ms: at(gapMs, 0.99) }
}

/** Runs in the page: a small game that draws and pushes. */
function startGame([url, hasAuto, eventsPerSecond]: readonly [string, boolean, number]): void {
  const telemetry = downlink.createTelemetry({ url, enabled: true, environment: { development: undefined } })
  if (hasAuto) downlink.auto(telemetry)
  else telemetry.start()
  const canvas = document.createElement('canvas')
  document.body.append(canvas)
  const context = canvas.getContext('2d')
  const gapMs: number[] = []
  Object.assign(globalThis, { gapMs })
  let [before, due, n] = [performance.now(), 0, 0]
  const frame = (now: number): void => {
    gapMs.push(now - before)
    due += ((now - before) / 1000) * eventsPerSecond
    before = now
    for (; n < due; n++) telemetry.push('shot', { n, x: 12.5, y: 7 })
    context?.clearRect(0, 0, 300, 150)
    for (let at = 0; at < 200; at++) context?.fillRect((at * 37 + now / 10) % 300, (at * 17) % 150, 4, 4)
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}

function print(name: string, pages: readonly Frames[]): void {
  const median = (pick: (page: Frames) => number) => at(pages.map(pick), 0.5)
  const task = median(({ taskMs }) => taskMs).toFixed(3)
  const fps = median((page) => page.fps).toFixed(0)
  console.log(
    `${name.padEnd(10)} main thread ${task} ms a frame   ${fps} frames/s, p99 ${median((page) => page.p99Ms).toFixed(1)} ms`,
  )
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
