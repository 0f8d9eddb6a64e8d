/** A browser is killed in mid-game: what it had written down is delivered by the next one, as what it was. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Collector, createCollector } from '@downlink/collector'
import { expect, type Page, test } from '@playwright/test'
import { createChance } from '../../packages/cli/src/verify/random.ts'
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

/** A run by hand is longer: `DOWNLINK_SPOOL_KILLS=20 npx playwright test tests/e2e/spool.spec.ts`. */
const kills = Number(process.env.DOWNLINK_SPOOL_KILLS ?? 2)
const seed = Number(process.env.DOWNLINK_SPOOL_SEED ?? 1)

/** Pushes a few events with each frame, as a battle does, numbered from 1. */
const play = (page: Page): Promise<void> =>
  page.evaluate(() => {
    let n = 0
    const frame = (): void => {
      for (let at = 0; at < 8; at++) telemetry.push('tick', { n: ++n })
      requestAnimationFrame(frame)
    }
    frame()
  })

test(`killed in mid-battle, ${kills} times (seed ${seed}): what was written is stored, once, and what is gone is told`, async () => {
  test.setTimeout(90_000 + kills * 60_000)
  const chance = createChance(seed)
  const sessions: { readonly id: string; readonly written: number; readonly pushed: number }[] = []
  const start = async (): Promise<Page> => {
    const page = await browser.newPage()
    await startGame(page, 'any')
    return page
  }
  for (let kill = 0; kill < kills; kill++) {
    if (kill > 0) browser = await openKillableBrowser(join(folder, 'profile'))
    const page = await start()
    await play(page)
    // Now and then there is no collector, for a while or to the end.
    if (chance(10) < 6) wire.cut()
    await page.waitForTimeout(500 + chance(2500))
    if (chance(2) === 0) wire.mend()
    await page.waitForTimeout(chance(1500))
    sessions.push(
      await page.evaluate(() => {
        const { pushed, spool } = telemetry.stats()
        return { id: telemetry.sessionId, pushed, written: spool?.written ?? 0 }
      }),
    )
    await browser.kill()
  }

  wire.mend()
  browser = await openKillableBrowser(join(folder, 'profile'))
  await Promise.all([start(), start()])
  const lines: string[] = []
  for (const { id, written, pushed } of sessions) {
    await expect.poll(async () => (await collector.ledger(id))?.stored ?? 0).toBeGreaterThanOrEqual(written)
    const { rows } = await collector.query(
      `SELECT seq, data->>'n' FROM events WHERE session_id = '${id}' ORDER BY seq, data`,
    )
    expect(rows).toEqual(rows.map((_, at) => [at + 1, String(at + 1)]))
    const ledger = await collector.ledger(id)
    expect(ledger).toMatchObject({ stored: rows.length, dropped: {}, ended: false })
    // What the collector was told of and has not got is missing, and so the session has lost its page.
    expect(ledger?.missing).toBe((ledger?.pushed ?? 0) - rows.length)
    lines.push(`pushed ${pushed} or more, written ${written}, stored ${rows.length}, missing ${ledger?.missing}`)
  }
  test.info().annotations.push({ type: 'kills', description: lines.join('\n') })
  if (kills > 2) console.log(lines.join('\n'))
})
