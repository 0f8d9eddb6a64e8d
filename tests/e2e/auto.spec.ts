/** What `@downlink/client/auto` records of a page in a real browser, as it is stored. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Collector, createCollector } from '@downlink/collector'
import { expect, type Page, test } from '@playwright/test'
import { build } from 'esbuild'
import { root } from '../../tools/node-tool.ts'

/** The lines of the guide, in a page with nothing else. */
const game = `
  import { createTelemetry } from '@downlink/client'
  import { auto } from '@downlink/client/auto'

  const telemetry = createTelemetry({ enabled: true, build: '1.4.2' })
  auto(telemetry)
  globalThis.telemetry = telemetry`

let folder: string
let collector: Collector
let url: string

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-auto-'))
  await mkdir(join(folder, 'page'))
  await writeFile(
    join(folder, 'page/index.html'),
    '<!doctype html><link rel=icon href=data:,><script type=module src=game.js></script>',
  )
  const stdin = { contents: game, resolveDir: join(root, 'tests') }
  await build({ stdin, bundle: true, format: 'esm', outfile: join(folder, 'page/game.js') })
  collector = createCollector({
    data: join(folder, 'data'),
    logger: false,
    pages: { '/game': { folder: join(folder, 'page') } },
  })
  url = `${(await collector.listen({ port: 0 })).url}/game/`
})

test.afterEach(async () => {
  await collector.close()
  await rm(folder, { recursive: true, force: true })
})

const rows = async (sql: string): Promise<unknown> => (await collector.query(sql)).rows

async function open(page: Page): Promise<void> {
  await page.goto(url)
  await page.waitForFunction(() => 'telemetry' in globalThis)
}

test('errors, rejections and frames of two pages of a player', async ({ page }) => {
  await open(page)
  await page.evaluate(() => {
    setTimeout(function update() {
      throw new TypeError('No hull')
    })
    for (let n = 0; n < 1000; n++) void Promise.reject(new RangeError('No map'))
  })
  const first = `SELECT data->>'message' AS message, data->>'name', (data->>'stack') LIKE '%update%'
    FROM events WHERE type = 'error' AND (data->>'stack') IS NOT NULL ORDER BY message`
  await expect
    .poll(() => rows(first))
    .toEqual([
      ['No hull', 'TypeError', true],
      ['No map', 'RangeError', false],
    ])
  await expect
    .poll(() => rows(`SELECT count(*) >= 2 FROM events WHERE type = 'frame_times' AND (data->>'p95')::DOUBLE > 0`))
    .toEqual([[true]])
  const loaded = `SELECT (data->>'loadMs')::INT >= (data->>'firstByteMs')::INT FROM events WHERE type = 'page_loaded'`
  await expect.poll(() => rows(loaded)).toEqual([[true]])
  await page.evaluate(() => {
    const endMs = performance.now() + 200
    while (performance.now() < endMs) {}
  })
  await expect
    .poll(() => rows(`SELECT count(*) > 0 FROM events WHERE type = 'long_frame' AND (data->>'tookMs')::INT >= 200`))
    .toEqual([[true]])
  // Leaving tells of what was only counted yet.
  await open(page)
  await expect
    .poll(() => rows(`SELECT sum((data->>'count')::INT) FROM events WHERE (data->>'message') = 'No map'`))
    .toEqual([[1000]])
  expect(await rows(`SELECT count(*) FROM events WHERE type = 'page_hidden'`)).toEqual([[1]])
})
