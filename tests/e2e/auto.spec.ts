/** What `@downlink/client/auto` records of a page in a real browser, as it is stored. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Telemetry } from '@downlink/client'
import { type Collector, createCollector, type QueryResult, type QuestionList } from '@downlink/collector'
import { expect, type Page, test } from '@playwright/test'
import { build } from 'esbuild'
import { duckdb } from '../../packages/dashboard/src/dialect/duckdb.ts'
import { bindQuestion } from '../../packages/dashboard/src/questions/bind-question.ts'
import { loadFields, loadSchema, offersOf } from '../../packages/dashboard/src/questions/offers.ts'
import { suggestPicks } from '../../packages/dashboard/src/questions/suggest-picks.ts'
import { root } from '../../tools/node-tool.ts'

declare global {
  var telemetry: Telemetry
}

/** The lines of the guide, in a page with nothing else. */
const game = `
  import { createTelemetry } from '@downlink/client'
  import { auto } from '@downlink/client/auto'

  const telemetry = createTelemetry({ enabled: true, build: '1.4.2', consent: globalThis.downlinkConsent ?? true })
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

test('the device and the player are labels, and the page’s questions are answered by what is there', async ({
  page,
}) => {
  await open(page)
  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error('No hull')
    })
  })
  const labels = `SELECT labels->>'player', (labels->>'gpu') <> '', labels->>'cores', labels->>'screen', labels->>'pixelRatio',
    labels->>'language', labels->>'platform' FROM sessions WHERE (labels->>'gpu') IS NOT NULL`
  await expect.poll(async () => (await collector.query(labels)).rows.length).toBe(1)
  const facts = await page.evaluate(() => [
    ...[localStorage.getItem('downlink-player'), true, `${navigator.hardwareConcurrency}`],
    ...[`${screen.width}x${screen.height}`, `${devicePixelRatio}`, navigator.language, navigator.platform],
  ])
  expect(await rows(labels)).toEqual([facts])
  await expect
    .poll(() => rows(`SELECT count(DISTINCT type) FROM events WHERE type IN ('error', 'frame_times')`))
    .toEqual([[2]])

  const names = ['errors-by-build', 'frame-time', 'slowest-frames', 'delay', 'volume', 'retention', 'session-length']
  for (const name of names) expect([name, (await answer(name)).rows.length > 0]).toEqual([name, true])
  const [errorRow] = (await answer('errors-by-build')).rows
  expect(errorRow).toEqual(['1.4.2', 1, 1, 1, 100])
  const [frameRow] = (await answer('frame-time')).rows
  expect(frameRow?.[0]).toBe(await page.evaluate(() => telemetry.recent(1)[0]?.labels?.gpu))
})

/** As the page asks a question where nobody has picked anything. */
async function answer(name: string): Promise<QueryResult> {
  const read = async (path: string) => (await fetch(new URL(path, url))).json()
  const list: QuestionList = await read('/api/questions')
  const question = list.questions.find((each) => each.name === name)
  if (!question) throw new Error(`There is no question ${name}`)
  const offers = offersOf(await read('/api/labels'), await loadSchema(collector.query, duckdb))
  const fields = new Map<string, readonly string[]>()
  for (const type of offers.types) fields.set(type, await loadFields(collector.query, type, duckdb))
  const picks = suggestPicks(question, new Map(), offers, (type) => fields.get(type) ?? [])
  const bound = bindQuestion(question, picks, duckdb)
  if (!bound.ok) throw new Error(`${name}: ${[...bound.faults].join('; ')}`)
  return collector.query(bound.sql)
}

test('a session ends when nobody plays, and another of the same player begins when somebody does', async ({ page }) => {
  await page.clock.install()
  await open(page)
  const sessions = `SELECT count(*), count(DISTINCT labels->>'player'), count(*) FILTER (ended) FROM sessions`
  await expect.poll(() => rows(sessions)).toEqual([[1, 1, 0]])
  await page.clock.fastForward('35:00')
  await expect.poll(() => rows(sessions)).toEqual([[1, 1, 1]])
  await page.mouse.move(50, 50)
  await expect.poll(() => rows(sessions)).toEqual([[2, 1, 1]])
  await expect.poll(() => rows('SELECT sum(missing) FROM sessions')).toEqual([[0]])
})

test('before consent nothing is kept in the browser, and after it is withdrawn nothing is left', async ({ page }) => {
  await page.addInitScript(() => Object.assign(globalThis, { downlinkConsent: false }))
  await open(page)
  const kept = () => page.evaluate(() => Object.keys(localStorage))
  expect(await kept()).toEqual([])
  await page.evaluate(() => telemetry.setEnabled(true))
  expect(await kept()).toEqual(['downlink-player'])
  await page.evaluate(() => telemetry.setEnabled(false))
  expect(await kept()).toEqual([])
})
