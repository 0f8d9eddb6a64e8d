/**
 * Measures what the collector's page costs a browser at 10,000 events a second, beside an empty page in the same browser under
 * the same load: tasks that hold the page up, frames, memory. `--help` says what is measured.
 */
import { parseArgs } from 'node:util'
import type { Browser, Page } from '@playwright/test'
import { launchChromium } from '../tools/chromium.ts'
import { withFolder } from './ingest/data-folder.ts'
import { measure } from './ingest/measure.ts'
import { startServer } from './ingest/server-process.ts'

const help = `npm run bench page-live -- [--seconds N] [--rate EVENTS]

Long tasks are those of 50 ms and more (W3C Long Tasks), after the first five seconds. Memory is the page's JavaScript heap
after a collection, every ten seconds. On a machine that others use, both pages wait for the processor: compare them.

  --seconds N    with each page open (default 60)
  --rate EVENTS  a second, of 16 sessions (default 10000)`

const { values: flags } = parseArgs({
  options: {
    help: { type: 'boolean' },
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '10000' },
  },
})
const seconds = Number(flags.seconds)
const eventsPerSecond = Number(flags.rate)

const warmUpMs = 5000
const sampleMs = 10_000

if (flags.help) console.log(help)
else if (!(seconds > 0 && eventsPerSecond > 0)) {
  console.error(help)
  process.exitCode = 2
} else await withFolder(run)

async function run(folder: string): Promise<void> {
  const server = await startServer('collector-server.ts', folder)
  const browser = await launchChromium()
  try {
    const order = { sessions: 16, windowEvents: 2000, eventsPerSecond, seconds: 2 * (seconds + warmUpMs / 1000) + 10 }
    const load = measure('load', server, order)
    const home = server.url.replace(/^ws/, 'http').replace(/telemetry$/, '')
    const empty = await watch(browser, 'an empty page', `${home}icon.svg`)
    const live = await watch(browser, 'the page, Live', `${home}#/live`)
    console.log(`ratio ${(live.frameP99Ms / empty.frameP99Ms).toFixed(1)} of the empty page's frames at p99`)
    await load
  } finally {
    await browser.close()
    await server.stop()
  }
}

interface Watched {
  readonly frameP99Ms: number
}

/** What a page tells of itself; it runs there. */
interface PageWatch {
  longMs: number[]
  frameMs: number[]
}

async function watch(browser: Browser, name: string, url: string): Promise<Watched> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(url)
  await page.waitForTimeout(warmUpMs)
  await page.evaluate(() => {
    const seen: PageWatch = { longMs: [], frameMs: [] }
    Object.assign(globalThis, { seen })
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.longMs.push(duration)
    }).observe({ type: 'longtask' })
    let before = performance.now()
    const follow = (now: number) => {
      seen.frameMs.push(now - before)
      before = now
      requestAnimationFrame(follow)
    }
    requestAnimationFrame(follow)
  })
  const heaps: number[] = []
  for (let passedMs = 0; passedMs < seconds * 1000; passedMs += sampleMs) {
    await page.waitForTimeout(Math.min(sampleMs, seconds * 1000 - passedMs))
    heaps.push(await heapMb(page))
  }
  const { longMs, frameMs } = await page.evaluate(() => (globalThis as unknown as { seen: PageWatch }).seen)
  await page.close()
  frameMs.sort((a, b) => a - b)
  const longestMs = Math.max(0, ...longMs)
  const frameP99Ms = frameMs[Math.floor(frameMs.length * 0.99)] ?? 0
  const frames = `${(frameMs.length / seconds).toFixed(0)} frames/s, p99 ${frameP99Ms.toFixed(0)} ms`
  console.log(
    `${name.padEnd(16)} ${longMs.length} long tasks, the longest ${longestMs.toFixed(0)} ms   ${frames}   heap ${heaps.map((mb) => mb.toFixed(1)).join(' ')} MB`,
  )
  return { frameP99Ms }
}

/** After a collection: what is kept, and not what has not been thrown away yet. */
async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 1e6
}
