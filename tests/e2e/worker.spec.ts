/** A game runs its simulation in a worker: what it pushes there arrives in the session of its page, also when that is left. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Collector, createCollector } from '@downlink/collector'
import { expect, type Page, test } from '@playwright/test'
import { build } from 'esbuild'
import { type ModuleSite, openModuleSite } from './fixtures/module-site.ts'

/** Pushes as many ticks as it is told to, and says when it has. */
const simulation = `
  import { createWorkerTelemetry } from '@downlink/client/worker'
  const telemetry = createWorkerTelemetry()
  onmessage = ({ data: count }) => {
    for (let n = 1; n <= count; n++) telemetry.push('tick', { n })
    postMessage('done')
  }`

let folder: string
let site: ModuleSite
let collector: Collector
let url: string
let script: string

test.beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: simulation, resolveDir: join(import.meta.dirname, '../../packages/client') },
    bundle: true,
    write: false,
  })
  script = outputFiles[0]?.text ?? ''
})

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-worker-'))
  site = await openModuleSite()
  collector = createCollector({ data: folder, logger: false })
  url = (await collector.listen({ port: 0 })).url
})

test.afterEach(async () => {
  await collector.close()
  await site.close()
  await rm(folder, { recursive: true, force: true })
})

/** Opens a game whose worker pushes `count` events. @returns the session's id, and what the game itself heard of its worker */
async function simulate(page: Page, count: number): Promise<{ readonly session: string; readonly heard: unknown[] }> {
  await page.goto(site.url)
  await page.waitForFunction(() => 'downlink' in globalThis)
  return page.evaluate(
    async ([url, script, count]) => {
      const { createTelemetry, attachWorker } = downlink
      globalThis.telemetry = createTelemetry({ url, enabled: true })
      telemetry.start()
      const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })))
      attachWorker(worker, telemetry)
      const heard: unknown[] = []
      worker.onmessage = ({ data }) => heard.push(data)
      worker.postMessage(count)
      while (telemetry.stats().pushed < count) await new Promise((resolve) => setTimeout(resolve, 10))
      return { session: telemetry.sessionId, heard }
    },
    [url, script, count] as const,
  )
}

const stored = async (session: string): Promise<unknown[]> =>
  (
    await collector.query(`SELECT (data->>'n')::INT FROM events WHERE session_id = '${session}' ORDER BY seq`)
  ).rows.flat()

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)

test('what a worker pushes arrives, in its order, in the session of its page', async ({ page }) => {
  const { session, heard } = await simulate(page, 300)
  await expect.poll(() => stored(session)).toEqual(upTo(300))
  expect(heard).toEqual(['done'])
})

test('the exit flush of the page carries what its worker pushed', async ({ page }) => {
  await page.routeWebSocket('**/telemetry', () => {})
  const { session } = await simulate(page, 60)
  expect(await page.evaluate(() => telemetry.stats().acked)).toBe(0)
  await page.goto('about:blank')
  await expect.poll(() => stored(session)).toEqual(upTo(60))
})
