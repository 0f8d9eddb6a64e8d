/** Saves in a real browser's storages: kept over a reload, missing, corrupt, without room, and of two tabs. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import { root, runNode, toolPath } from '../../tools/node-tool.ts'
import type { SavingGame } from './consumers/saves/main.ts'

declare const savingGame: SavingGame

const origin = 'http://saves.test'
const storages = ['localStorage', 'indexedDB'] as const

/** A reputation that is as large as the test needs: the reason is kept. */
const hurt = (page: Page, fame: number, reason = 'a deed') =>
  page.evaluate(
    ([newFame, reason]) =>
      savingGame.eventBus.emit('faction:reputation_changed', {
        factionId: '__proto__',
        factionName: 'Azure League',
        deltaFame: 1,
        deltaInfamy: 0,
        newFame,
        newInfamy: 0,
        reason,
      }),
    [fame, reason] as const,
  )

const fameOf = (page: Page) => page.evaluate(() => savingGame.store.select('faction', 'faction', '__proto__')?.fame)

type StorageName = (typeof storages)[number]
const save = (page: Page, name: StorageName, overwrite = false) =>
  page.evaluate(([name, overwrite]) => savingGame.saves[name].save(undefined, { overwrite }), [
    name,
    overwrite,
  ] as const)
const load = (page: Page, name: StorageName) => page.evaluate((name) => savingGame.saves[name].load(), name)

let built: string

test.beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), 'downlink-saves-page-'))
  const { exitCode, output } = await runNode(
    toolPath('vite'),
    ['build', '--outDir', built, '--emptyOutDir', '--logLevel', 'warn'],
    { cwd: join(root, 'tests/e2e/consumers/saves') },
  )
  if (exitCode !== 0) throw new Error(`Expected the page to be built:\n${output}`)
})

test.afterAll(() => rm(built, { recursive: true, force: true }))

test.beforeEach(async ({ context, page }) => {
  await context.route(`${origin}/**`, async (route) => {
    const path = new URL(route.request().url()).pathname
    const file = path === '/' ? 'index.html' : path.slice(1)
    const contentType = file.endsWith('.js') ? 'text/javascript' : 'text/html'
    await route.fulfill({ body: await readFile(join(built, file)), contentType })
  })
  await page.goto(origin)
})

for (const name of storages) {
  test(`${name} keeps a world over a reload`, async ({ page }) => {
    expect(await load(page, name)).toMatchObject({ ok: false, reason: 'missing' })
    await hurt(page, 7)
    expect(await save(page, name)).toMatchObject({ ok: true })
    const saved = await page.evaluate(() => JSON.stringify(savingGame.store.snapshot()))
    await page.reload()
    expect(await fameOf(page)).toBeUndefined()
    expect(await load(page, name)).toMatchObject({ ok: true, game: { name: 'A game that saves' } })
    expect(await fameOf(page)).toBe(7)
    expect(await page.evaluate(() => JSON.stringify(savingGame.store.snapshot()))).toBe(saved)
  })

  test(`${name} says that it is full, and keeps the save before`, async ({ page }) => {
    const client = await page.context().newCDPSession(page)
    await client.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 })
    await hurt(page, 1)
    expect(await save(page, name)).toMatchObject({ ok: true })
    await hurt(page, 2, 'x'.repeat(20_000_000))
    expect(await save(page, name)).toMatchObject({ ok: false, reason: 'quota_exceeded' })
    expect(await load(page, name)).toMatchObject({ ok: true })
    expect(await fameOf(page)).toBe(1)
  })
}

async function anotherTab(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.goto(origin)
  return page
}

for (const name of storages) {
  test(`${name} tells the second of two tabs that it would overwrite the first`, async ({ page, context }) => {
    const other = await anotherTab(context)
    await hurt(page, 1)
    await hurt(other, 2)
    expect(await save(page, name)).toMatchObject({ ok: true })
    expect(await save(other, name)).toMatchObject({
      ok: false,
      reason: 'conflict',
      held: { game: { name: 'A game that saves' } },
    })
    expect(await load(other, name)).toMatchObject({ ok: true })
    expect(await fameOf(other)).toBe(1)
    expect(await save(other, name)).toMatchObject({ ok: true })
    expect(await save(page, name)).toMatchObject({ ok: false, reason: 'conflict' })
    expect(await save(page, name, true)).toMatchObject({ ok: true })
    await page.reload()
    expect(await save(page, name)).toMatchObject({ ok: false, reason: 'conflict' })
  })
}

test('a database that another tab keeps from opening costs one answer, and no later save', async ({
  page,
  context,
}) => {
  await page.clock.install()
  await page.reload()
  expect(await save(page, 'indexedDB')).toMatchObject({ ok: true })
  const other = await anotherTab(context)
  // It heeds no `versionchange`, as a tab of an old game does not.
  await other.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const request = indexedDB.open('downlink-saves', 1)
        request.onsuccess = () => {
          Object.assign(globalThis, { held: request.result })
          resolve()
        }
      }),
  )
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        indexedDB.deleteDatabase('downlink-saves').onblocked = () => resolve()
      }),
  )
  const saving = save(page, 'indexedDB')
  const loading = load(page, 'indexedDB')
  for (let at = 0; at < 2; at++) await page.clock.runFor(10_000)
  expect(await saving).toMatchObject({ ok: false, reason: 'storage_timeout' })
  await page.clock.runFor(10_000)
  expect(await loading).toMatchObject({ ok: false, reason: 'storage_timeout' })
  await other.evaluate(() => (globalThis as unknown as { held: IDBDatabase }).held.close())
  await hurt(page, 4)
  expect(await save(page, 'indexedDB')).toMatchObject({ ok: true })
  await page.reload()
  expect(await load(page, 'indexedDB')).toMatchObject({ ok: true })
  expect(await fameOf(page)).toBe(4)
})

test('a save that is no save is corrupt, and the world stays as it is', async ({ page }) => {
  await hurt(page, 3)
  await page.evaluate(() => localStorage.setItem('downlink-save:default', '{"formatVersion":1,"saved'))
  expect(await load(page, 'localStorage')).toMatchObject({ ok: false, reason: 'corrupt' })
  expect(await fameOf(page)).toBe(3)
})

test('the page hands out its inspector summary as JSON', async ({ page }) => {
  await hurt(page, 5)
  const result = await page.evaluate(() => {
    const tools = (globalThis as { downlink?: { exportInspectorSummary?: (options: object) => Promise<unknown> } })
      .downlink
    return tools?.exportInspectorSummary?.({ formats: ['json', 'csv'] })
  })
  expect(result).toMatchObject({
    summary: { source: 'worldStateStore', factions: { standings: [{ factionId: '__proto__', fame: 5 }] } },
    artifacts: [{ section: 'summary' }, {}, {}, {}],
    metrics: { failures: [] },
  })
})
