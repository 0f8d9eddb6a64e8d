/**
 * Measures when the collector's page first shows something, from a cold cache, beside a page of one word from the same server in the
 * same browser. `--help` says what is measured.
 */
import { parseArgs } from 'node:util'
import type { Browser } from '@playwright/test'
import { launchChromium } from '../tools/chromium.ts'
import { withFolder } from './ingest/data-folder.ts'
import { measure } from './ingest/measure.ts'
import { startServer } from './ingest/server-process.ts'

const help = `npm run bench page-paint -- [--rounds N]

First contentful paint (W3C Paint Timing) of Live, Sessions and Questions, each time in a browser context of its own, whose
cache is empty; the collector holds what 16 sessions sent in five seconds. In turns, so that a busy machine slows both.

  --rounds N     paints of each page, of which the median is told (default 9)`

const { values: flags } = parseArgs({
  options: { help: { type: 'boolean' }, rounds: { type: 'string', default: '9' } },
})
const rounds = Number(flags.rounds)

if (flags.help) console.log(help)
else if (!(Number.isInteger(rounds) && rounds > 0)) {
  console.error(help)
  process.exitCode = 2
} else await withFolder(run)

async function run(folder: string): Promise<void> {
  const server = await startServer('collector-server.ts', folder)
  const browser = await launchChromium()
  try {
    await measure('load', server, { sessions: 16, windowEvents: 2000, eventsPerSecond: 10_000, seconds: 5 })
    const home = server.url.replace(/^ws/, 'http').replace(/telemetry$/, '')
    const peer = 'a page of one word'
    const pages = { [peer]: 'healthz', Live: '#/live', Sessions: '#/sessions', Questions: '#/questions' }
    const paints = new Map<string, number[]>()
    for (let round = 0; round < rounds; round++) {
      for (const [name, path] of Object.entries(pages)) {
        paints.set(name, [...(paints.get(name) ?? []), await firstPaintMs(browser, home + path)])
      }
    }
    const peerMs = medianOf(paints.get(peer) ?? [])
    for (const [name, ms] of paints) {
      const median = medianOf(ms)
      const ratio = name === peer ? '' : `   ratio ${(median / peerMs).toFixed(1)}`
      console.log(
        `${name.padEnd(20)} first paint after ${median.toFixed(0)} ms, at most ${Math.max(...ms).toFixed(0)}${ratio}`,
      )
    }
  } finally {
    await browser.close()
    await server.stop()
  }
}

async function firstPaintMs(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.goto(url)
  const ms = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          for (const { startTime } of list.getEntriesByName('first-contentful-paint')) resolve(startTime)
        }).observe({ type: 'paint', buffered: true })
      }),
  )
  await context.close()
  return ms
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}
