/** A page is left in mid-battle, in each of its ways: what it had pushed arrives all the same. */
import { createBattle } from './fixtures/battle.ts'
import { expectConserved, expectStored } from './fixtures/conservation.ts'
import { notePushedOnLeave, readPushedOnLeave } from './fixtures/pushed-on-leave.ts'
import { expect, test } from './fixtures/test.ts'

test.beforeEach(({ context }) => notePushedOnLeave(context))

test('a reload ends one session and begins another', async ({ battle, collector, page }) => {
  await battle.open()
  await battle.begin()
  await battle.playOn(100)
  const first = await battle.sessionId()
  await page.reload()
  const second = await battle.sessionId()
  expect(second).not.toBe(first)
  await expectStored(collector, first, await readPushedOnLeave(page, first))

  await battle.open()
  await battle.begin()
  await battle.playOn(50)
  await expectConserved(collector, battle)
  // The second was left before it had pushed anything: of that no row is kept.
  expect(await collector.sessions()).toEqual([first, await battle.sessionId()])
})

test('a page that is left and come back to goes on', async ({ battle, collector, page }, testInfo) => {
  await battle.open()
  await battle.begin()
  await battle.playOn(100)
  const sessionId = await battle.sessionId()
  await page.goto('/elsewhere/')
  await expectStored(collector, sessionId, await readPushedOnLeave(page, sessionId))

  // Not until `load`: a page that comes out of the back-forward cache does not load.
  await page.goBack({ waitUntil: 'commit' })
  await page.getByTestId('pushed').waitFor()
  const restored = (await battle.sessionId()) === sessionId
  const reasons = await page.evaluate(() => {
    const [navigation] = performance.getEntriesByType('navigation')
    return JSON.stringify((navigation as { notRestoredReasons?: unknown } | undefined)?.notRestoredReasons ?? null)
  })
  // It is the browser's to decide, but our socket must not be why not.
  expect(reasons).not.toMatch(/websocket/i)
  testInfo.annotations.push({ type: 'back-forward cache', description: restored ? 'restored' : reasons })
  if (!restored) await battle.begin()
  await battle.playOn(100)
  await page.goForward({ waitUntil: 'commit' })
  await expect.poll(() => page.url()).toContain('elsewhere')
  for (const each of await collector.sessions())
    await expectStored(collector, each, await readPushedOnLeave(page, each))

  await page.goBack({ waitUntil: 'commit' })
  await page.getByTestId('pushed').waitFor()
  if (!restored) await battle.begin()
  await battle.playOn(100)
  await expectConserved(collector, battle, { tape: restored })
})

test('a tab that is closed leaves nothing behind', async ({ battle, collector, context, page }) => {
  await battle.open()
  await battle.begin()
  await battle.playOn(100)
  const sessionId = await battle.sessionId()
  await page.close({ runBeforeUnload: true })
  const witness = await context.newPage()
  await witness.goto('/elsewhere/')
  await expectStored(collector, sessionId, await readPushedOnLeave(witness, sessionId))
})

test('the exit flush carries what no socket took', async ({ battle, collector, page }) => {
  await page.routeWebSocket('**/telemetry', () => {})
  await battle.open()
  // Few enough for the exit budget, which a slow machine's battle would exceed: 60 KiB are about 400 events.
  await battle.push(60)
  expect(await battle.counted()).toMatchObject({ acked: 0, dropped: 0 })
  const sessionId = await battle.sessionId()
  await page.goto('/elsewhere/')
  await expectStored(collector, sessionId, await readPushedOnLeave(page, sessionId))
})

test('the ledger says how much the exit flush had no room for', async ({ battle, collector, page }) => {
  await page.routeWebSocket('**/telemetry', () => {})
  await battle.open()
  await battle.push(2000)
  const sessionId = await battle.sessionId()
  await page.goto('/elsewhere/')
  await expect.poll(() => collector.ledger(sessionId)).toMatchObject({ pushed: 2000, balanced: false, open: false })
  const { stored = 0, missing = 0 } = (await collector.ledger(sessionId)) ?? {}
  expect(stored).toBeGreaterThan(0)
  expect(missing).toBe(2000 - stored)
  expect(missing).toBeGreaterThan(0)
})

test('two tabs are two sessions', async ({ battle, collector, context }) => {
  const other = createBattle(await context.newPage())
  for (const each of [battle, other]) {
    await each.open()
    await each.begin()
  }
  for (const each of [battle, other]) await each.playOn(50)
  for (const each of [battle, other]) await expectConserved(collector, each)
  expect(await collector.sessions()).toEqual([await battle.sessionId(), await other.sessionId()])
})
