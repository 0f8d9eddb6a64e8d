/** A browser is killed in mid-game: what it had written down is delivered by the next one, as what it was. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Collector, createCollector } from '@downlink/collector'
import { expect, type Page, test } from '@playwright/test'
import { type KillableBrowser, openKillableBrowser } from './fixtures/killable-browser.ts'
import { type ModuleSite, openModuleSite } from './fixtures/module-site.ts'
import { openWire, type Wire } from './fixtures/wire.ts'

let folder: string
let site: ModuleSite
let wire: Wire
let collector: Collector
let browser: KillableBrowser

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-spool-'))
  site = await openModuleSite()
  wire = await openWire()
  collector = createCollector({ data: join(folder, 'data'), logger: false })
  wire.leadTo(Number(new URL((await collector.listen({ port: 0 })).url).port))
  browser = await openKillableBrowser(join(folder, 'profile'))
})

test.afterEach(async () => {
  await browser.kill()
  await collector.close()
  await wire.close()
  await site.close()
  await rm(folder, { recursive: true, force: true })
})

/** @returns the session's id */
async function startGame(page: Page, build: string): Promise<string> {
  await page.goto(site.url)
  await page.waitForFunction(() => 'downlink' in globalThis)
  return page.evaluate(
    ([url, build]) => {
      const { createTelemetry, createSpool } = downlink
      globalThis.telemetry = createTelemetry({ url, build, enabled: true, spool: createSpool() })
      telemetry.start()
      return telemetry.sessionId
    },
    [`http://127.0.0.1:${wire.port}`, build] as const,
  )
}

const push = (page: Page, from: number, count: number): Promise<void> =>
  page.evaluate(
    ([from, count]) => {
      for (let n = from; n < from + count; n++) telemetry.push('tick', { n })
    },
    [from, count] as const,
  )

const writtenOf = (page: Page): Promise<number> => page.evaluate(() => telemetry.stats().spool?.written ?? 0)

test('what a killed browser had written down arrives as the session that it was', async () => {
  wire.cut()
  const page = await browser.newPage()
  const session = await startGame(page, 'old')
  await push(page, 1, 300)
  await expect.poll(() => writtenOf(page)).toBe(300)
  await push(page, 301, 200)
  const written = await writtenOf(page)
  await browser.kill()

  wire.mend()
  browser = await openKillableBrowser(join(folder, 'profile'))
  const next = await browser.newPage()
  const second = await startGame(next, 'new')
  await push(next, 1, 1)
  await expect.poll(() => next.evaluate(() => telemetry.stats().spool?.earlier.delivered)).toBeGreaterThan(0)
  const { rows } = await collector.query(
    `SELECT seq, data->>'n' FROM events WHERE session_id = '${session}' ORDER BY seq`,
  )
  expect(rows.length).toBeGreaterThanOrEqual(written)
  expect(rows).toEqual(rows.map((_, at) => [at + 1, String(at + 1)]))
  expect(await collector.ledger(session)).toMatchObject({ build: 'old', ended: false, missing: 0, balanced: true })
  await expect
    .poll(() => collector.ledger(second))
    .toMatchObject({ build: 'new', labels: { previous_session: session } })
})
