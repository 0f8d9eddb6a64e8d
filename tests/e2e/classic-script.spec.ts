/** A game of classic scripts, on an origin of its own: the script of the collector, and the snippet, as the guide has them. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Collector, createCollector } from '@downlink/collector'
import { expect, type Page, test } from '@playwright/test'
import { root } from '../../tools/node-tool.ts'

declare global {
  function build(): never
}

/** A 2048 as one finds it: scripts that share the page, and no build. */
const game = `<main tabindex="0">2048</main>
  <script src="game.js"></script>`
const gameScript = `
  var score = 0
  function move(key) {
    score += 4
    telemetry.push('tile_merged', { key: key, score: score })
  }
  addEventListener('keydown', function (event) { move(event.key) })
  move('start')`

let folder: string
let collector: Collector
let collectorUrl: string
/** `/client.js` of the collector, as `curl` saves it. */
let client: string
let server: Server
let gameUrl: string
/** Stands before the game's own scripts. */
let head: string

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-classic-'))
  collector = createCollector({ data: join(folder, 'data'), logger: false })
  collectorUrl = (await collector.listen({ port: 0 })).url
  client = await (await fetch(`${collectorUrl}/client.js`)).text()
  server = createServer((request, response) => {
    if (request.url === '/game.js') response.setHeader('content-type', 'text/javascript').end(gameScript)
    else if (request.url === '/downlink.js') response.setHeader('content-type', 'text/javascript').end(client)
    else response.setHeader('content-type', 'text/html').end(`<!doctype html><link rel=icon href=data:,>${head}${game}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  gameUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})

test.afterEach(async () => {
  await collector.close()
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true, force: true })
})

/** The blocks of the guide's section, with the address of our collector, and without the event that is not the game's. */
async function guideBlock(start: string): Promise<string> {
  const guide = await readFile(join(root, 'docs/guides/instrument-your-game.md'), 'utf8')
  const [, section = ''] = guide.split('## Without a bundler\n')
  const blocks = [...section.matchAll(/```html\n(.*?)```/gs)].map(([, block = '']) => block)
  const found = blocks.find((block) => block.startsWith(start))
  if (!found) throw new Error(`Expected the guide to have a block that begins with ${start}`)
  return found.replaceAll('http://127.0.0.1:4180', collectorUrl).replace(/.*telemetry\.push\('level_started'.*\n/, '')
}

const stored = async (): Promise<unknown> =>
  (
    await collector.query(
      `SELECT data->>'key', (data->>'score')::INT FROM events WHERE type = 'tile_merged' ORDER BY seq`,
    )
  ).rows

const ofAuto = async (): Promise<unknown> =>
  (await collector.query(`SELECT count(*) > 0 FROM events WHERE type = 'frame_times'`)).rows

async function playTwice(page: Page): Promise<void> {
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowLeft')
}
const played = [
  ['start', 4],
  ['ArrowUp', 8],
  ['ArrowLeft', 12],
]

test('the collector’s script, saved beside the page: the game’s first event and all after it are stored', async ({
  page,
}) => {
  head = await guideBlock('<script src=')
  await page.goto(gameUrl)
  await playTwice(page)
  await expect.poll(stored).toEqual(played)
  await expect.poll(ofAuto).toEqual([[true]])
})

test('the snippet: what the game does before the script is there is stored with its time', async ({ page }) => {
  head = await guideBlock('<script>\n!function')
  expect(head.match(/<script>.*?<\/script>/s)?.[0].length).toBeLessThanOrEqual(1100 + collectorUrl.length)
  let release = (): void => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/client.js', async (route) => {
    await held
    await route.continue()
  })
  await page.goto(gameUrl, { waitUntil: 'commit' })
  await page.waitForFunction(() => 'score' in globalThis)
  await playTwice(page)
  const beforeMs = Date.now()
  release()
  await expect.poll(stored).toEqual(played)
  await expect.poll(ofAuto).toEqual([[true]])
  const { rows } = await collector.query(
    `SELECT max(epoch_ms(ts)) <= ${beforeMs} FROM events WHERE type = 'tile_merged'`,
  )
  expect(rows).toEqual([[true]])
})

test('the snippet: what fails before the script is there arrives with its stack, and once', async ({ page }) => {
  head = `${await guideBlock('<script>\n!function')}<script>
    function build() { throw new TypeError('No hull') }
    for (let n = 0; n < 3; n++) void Promise.reject(new RangeError('No map'))
    build()
  </script>`
  await page.goto(gameUrl)
  await expect.poll(ofAuto).toEqual([[true]])
  await page.evaluate(() => void setTimeout(() => build()))
  const failed = `SELECT data->>'message', data->>'name', sum((data->>'count')::INT), max(data->>'stack') LIKE '%at build (%',
    min(sessions.build) FROM events JOIN sessions USING (session_id) WHERE type = 'error' GROUP BY ALL ORDER BY ALL`
  await expect
    .poll(async () => (await collector.query(failed)).rows)
    .toEqual([
      ['No hull', 'TypeError', 2, true, '1.4.2'],
      ['No map', 'RangeError', 3, false, '1.4.2'],
    ])
})

test('the snippet, where the script never comes: the game goes on, and nothing piles up', async ({ page }) => {
  head = await guideBlock('<script>\n!function')
  const errors: Error[] = []
  page.on('pageerror', (error) => errors.push(error))
  const warnings: string[] = []
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()))
  await page.route('**/client.js', (route) => route.abort())
  await page.goto(gameUrl)
  await playTwice(page)
  expect([await page.evaluate('score'), errors]).toEqual([12, []])
  expect(await page.evaluate('telemetry.status()')).toEqual({ status: 'idle' })
  const { port } = new URL(collectorUrl)
  expect(warnings).toEqual([
    `Nothing is recorded: ${collectorUrl}/client.js did not load. Does the collector run? npx @downlink/cli serve --port ${port} starts it: then load the page again.`,
  ])
  expect(await stored()).toEqual([])
})

test('the snippet: each method of a telemetry is there from the first line on', async ({ page }) => {
  head = `${await guideBlock('<script>\n!function')}<script>
    var early = {}, heard = 0, unheard = 0
    for (var name in telemetry) if (typeof telemetry[name] === 'function') early[name] = telemetry[name]
    var first = [telemetry.status().status, telemetry.stats().pushed, telemetry.stats().dropped, telemetry.recent(5)]
    telemetry.subscribe(function () { heard++ })
    telemetry.subscribe(function () { unheard++ })()
    telemetry.flush({ timeoutMs: 1 }).then(function (result) { first.push(result) })
  </script>`
  await page.goto(gameUrl)
  await playTwice(page)
  await expect.poll(stored).toEqual(played)
  expect(await page.evaluate('first')).toEqual(['idle', 0, {}, [], { acked: 0, remaining: 0 }])
  const missing = `Object.keys(telemetry).filter((name) => typeof telemetry[name] === 'function' && !early[name])`
  expect(await page.evaluate(missing)).toEqual([])
  await expect.poll(() => page.evaluate('heard')).toBeGreaterThan(0)
  expect(await page.evaluate('unheard')).toBe(0)
})

test('the snippet: what stops it before the script is there keeps it stopped', async ({ page }) => {
  head = `${await guideBlock('<script>\n!function')}<script>telemetry.stop()</script>`
  await page.goto(gameUrl)
  await page.waitForFunction('telemetry.buffer')
  expect(await page.evaluate('telemetry.status()')).toMatchObject({ status: 'idle' })
})

test('the snippet, with an option that is wrong: the game goes on, and the console says why', async ({ page }) => {
  head = (await guideBlock('<script>\n!function')).replace('enabled:true', "enabled:'true'")
  const said: string[] = []
  page.on('pageerror', ({ message }) => said.push(message))
  page.on('console', (message) => said.push(message.text()))
  await page.goto(gameUrl)
  await expect
    .poll(() => said)
    .toEqual(['[downlink] bad_option: Expected `enabled` to be true or false, got "true": false holds'])
  await playTwice(page)
  expect(await page.evaluate('[score, telemetry.status().status, telemetry.recent(1)]')).toEqual([12, 'disabled', []])
})

test('the snippet, where too much comes before the script: what is beyond is counted', async ({ page }) => {
  head = `${await guideBlock('<script>\n!function')}<script>for (let n = 0; n < 3000; n++) telemetry.push('tick', { n })</script>`
  await page.goto(gameUrl)
  const lost = `SELECT (data->>'count')::INT FROM events WHERE type = 'calls_lost'`
  await expect.poll(async () => (await collector.query(lost)).rows).toEqual([[2002]])
  expect((await collector.query(`SELECT count(*) FROM events WHERE type = 'tick'`)).rows).toEqual([[999]])
})
