/** What a browser does to storage: it is full, forbidden, partitioned, cleared, or wanted by a newer version; the game goes on. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OutboxStats } from '@downlink/client'
import { type Collector, createCollector } from '@downlink/collector'
import { expect, type Frame, type Page, test } from '@playwright/test'
import { openKillableBrowser } from './fixtures/killable-browser.ts'
import { type ModuleSite, openModuleSite } from './fixtures/module-site.ts'
import { openWire, type Wire } from './fixtures/wire.ts'

let folder: string
let site: ModuleSite
let wire: Wire
let collector: Collector

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-spool-storage-'))
  site = await openModuleSite()
  wire = await openWire()
  const origins = [site.url, elsewhere(), 'null'].map((url) => url.replace(/\/$/, ''))
  collector = createCollector({ data: join(folder, 'data'), origins, logger: false })
  wire.leadTo(Number(new URL((await collector.listen({ port: 0 })).url).port))
})

test.afterEach(async () => {
  await collector.close()
  await wire.close()
  await site.close()
  await rm(folder, { recursive: true, force: true })
})

/** The same server, as another site. */
const elsewhere = (): string => site.url.replace('127.0.0.1', 'localhost')

/** @returns the session's id */
async function startGame(page: Page | Frame): Promise<string> {
  await page.waitForFunction(() => 'downlink' in globalThis)
  return page.evaluate((url) => {
    const { createTelemetry, createSpool } = downlink
    globalThis.telemetry = createTelemetry({ url, enabled: true, spool: createSpool() })
    telemetry.start()
    return telemetry.sessionId
  }, `http://127.0.0.1:${wire.port}`)
}

/** @param size of the events, in characters */
const push = (page: Page | Frame, count: number, size = 10): Promise<void> =>
  page.evaluate(
    ([count, size]) => {
      for (let n = 1; n <= count; n++) telemetry.push('tick', { n, text: 'x'.repeat(size) })
    },
    [count, size] as const,
  )

const stats = (page: Page | Frame): Promise<OutboxStats> => page.evaluate(() => telemetry.stats())

const expectOff = (page: Page | Frame, message: RegExp): Promise<void> =>
  expect
    .poll(async () => (await stats(page)).spool?.state)
    .toEqual({ status: 'off', message: expect.stringMatching(message) })

/** Without its spool the game sends on, and all of it. */
async function expectAllAcked(page: Page | Frame): Promise<void> {
  wire.mend()
  await expect.poll(async () => (await stats(page)).acked, { timeout: 90_000 }).toBeGreaterThan(0)
  await expect
    .poll(
      async () => {
        const { acked, pushed } = await stats(page)
        return pushed - acked
      },
      { timeout: 90_000 },
    )
    .toBe(0)
}

test('a quota that is full', async ({ page, context }) => {
  wire.cut()
  await page.goto(site.url)
  const devtools = await context.newCDPSession(page)
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: new URL(site.url).origin, quotaSize: 20_000 })
  await startGame(page)
  await push(page, 1000, 500)
  await expectOff(page, /Quota/)
  await expectAllAcked(page)
})

test('a frame that may keep nothing, as a sandbox makes it', async ({ page }) => {
  await page.goto(`${site.url}nothing`)
  await page.setContent(`<iframe sandbox="allow-scripts" src="${site.url}"></iframe>`)
  const frame = page.frames()[1]
  if (!frame) throw new Error('Expected a frame')
  await startGame(frame)
  await push(frame, 10)
  await expectOff(frame, /SecurityError|denied|not allowed|No IndexedDB|No Web Locks/)
  await expectAllAcked(frame)
})

/** A page with the game in a frame, which is of another site. */
async function embed(page: Page): Promise<Frame> {
  await page.goto(site.url)
  await page.setContent(`<iframe src="${elsewhere()}"></iframe>`)
  const frame = page.frames()[1]
  if (!frame) throw new Error('Expected a frame')
  return frame
}

test('a frame of another site, in a private window', async ({ page }) => {
  const frame = await embed(page)
  await startGame(frame)
  await push(frame, 10)
  await expectOff(frame, /SecurityError/)
  await expectAllAcked(frame)
})

test('a frame of another site has a storage of its own, and finds there what it left', async () => {
  const browser = await openKillableBrowser(join(folder, 'profile'))
  try {
    wire.cut()
    const first = await embed(await browser.newPage())
    const session = await startGame(first)
    await push(first, 10)
    await expect.poll(async () => (await stats(first)).spool?.written).toBe(10)
    await first.page().close()
    wire.mend()

    const alone = await browser.newPage()
    await alone.goto(elsewhere())
    await startGame(alone)
    await push(alone, 1)
    await expectAllAcked(alone)
    expect((await stats(alone)).spool?.earlier.delivered).toBe(0)

    const second = await embed(await browser.newPage())
    await startGame(second)
    await expect.poll(async () => (await stats(second)).spool?.earlier.delivered).toBe(10)
    expect(await collector.ledger(session)).toMatchObject({ stored: 10, missing: 0 })
  } finally {
    await browser.kill()
  }
})

test('a newer version that wants the database gets it', async ({ page, context }) => {
  await page.goto(site.url)
  await startGame(page)
  await expect.poll(async () => (await stats(page)).spool?.state.status).toBe('on')
  const newer = await context.newPage()
  await newer.goto(site.url)
  await newer.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open('downlink', 2)
        request.onsuccess = resolve
        request.onblocked = reject
      }),
  )
  await push(page, 10)
  await expectOff(page, /closing|InvalidState/)
  await expectAllAcked(page)
})

test('storage that is cleared in mid-game', async ({ page, context }) => {
  wire.cut()
  await page.goto(site.url)
  await startGame(page)
  await push(page, 10)
  await expect.poll(async () => (await stats(page)).spool?.written).toBe(10)
  const devtools = await context.newCDPSession(page)
  await devtools.send('Storage.clearDataForOrigin', { origin: new URL(site.url).origin, storageTypes: 'indexeddb' })
  await push(page, 10)
  await expectOff(page, /./)
  await expectAllAcked(page)
})
