/** The network goes away in mid-battle, in each of its ways, and nothing is lost. */
import type { Battle } from './fixtures/battle.ts'
import { expectConserved } from './fixtures/conservation.ts'
import { countSockets } from './fixtures/sockets.ts'
import { expect, test } from './fixtures/test.ts'

/** Chromium says so itself, whatever a page does about it. */
const lostConnection = /^(WebSocket connection to .* failed|Failed to load resource: net::)/

async function playUntilAcked(battle: Battle): Promise<void> {
  await battle.open()
  await battle.begin()
  await expect.poll(async () => (await battle.counters()).acked).toBeGreaterThan(0)
}

test('keeps what is played offline, and sends it on coming back', async ({
  battle,
  collector,
  context,
  browserErrors,
}) => {
  browserErrors.expect(lostConnection)
  await playUntilAcked(battle)
  await context.setOffline(true)
  // Chromium leaves an open socket open, and so does the client.
  collector.wire.cut()
  await expect.poll(() => battle.link()).toBe('offline')
  const { acked, pushed, queued } = await battle.counted()
  await battle.playOn(100)
  const later = await battle.counted()
  expect(later).toMatchObject({ acked, inFlight: 0, dropped: 0 })
  expect(later.queued - queued).toBe(later.pushed - pushed)
  await expect(battle.page.getByTestId('link-state')).toHaveText('Offline')

  collector.wire.mend()
  await context.setOffline(false)
  await expect.poll(() => battle.link()).toBe('open')
  await battle.playOn(20)
  await expectConserved(collector, battle)
  expect(await collector.sessions()).toHaveLength(1)
})

test('uses what works, whatever the browser believes of the network', async ({ battle, collector, page }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false }))
  const sockets = countSockets(page)
  await playUntilAcked(battle)
  await page.evaluate(() => dispatchEvent(new Event('offline')))
  const { acked } = await battle.counted()
  await battle.playOn(50)
  await expect.poll(async () => (await battle.counters()).acked).toBeGreaterThan(acked)
  expect([await battle.link(), sockets]).toEqual(['open', { opened: 1, closed: 0 }])
  await expectConserved(collector, battle)
})

test('accounts for what is more than the buffer holds', async ({ battle, collector, context, page, browserErrors }) => {
  browserErrors.expect(lostConnection)
  await battle.open()
  await expect.poll(() => battle.link()).toBe('open')
  await context.setOffline(true)
  collector.wire.cut()
  await expect.poll(() => battle.link()).toBe('offline')
  await battle.push(6000)
  await expect.poll(() => battle.counters()).toMatchObject({ pushed: 6000, queued: 5000, dropped: 1000 })
  collector.wire.mend()
  await context.setOffline(false)
  await expect.poll(() => battle.counters()).toMatchObject({ acked: 5000, queued: 0, inFlight: 0, dropped: 1000 })

  const sessionId = await battle.sessionId()
  const ledger = { pushed: 6000, stored: 5000, dropped: { overflow: 1000 }, missing: 0, balanced: true }
  expect(await collector.ledger(sessionId)).toMatchObject(ledger)
  const events = await collector.events(sessionId)
  expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 5000 }, (_, at) => 1001 + at))
  await page.goto('/elsewhere/')
  await expect.poll(() => collector.ledger(sessionId)).toMatchObject({ ...ledger, ended: true, open: false })
})

test('finds a wire that swallows everything by the ack deadline', async ({
  battle,
  collector,
  page,
  browserErrors,
}) => {
  browserErrors.expect(lostConnection)
  await page.clock.install()
  await playUntilAcked(battle)
  collector.wire.deafen()
  await battle.playOn(50)
  const { acked } = await battle.counted()
  await battle.playOn(100)
  // The browser sees nothing: the link reads open, and what was sent stays in flight.
  expect(await battle.link()).toBe('open')
  expect(await battle.counted()).toMatchObject({ acked, dropped: 0 })
  await expect.poll(async () => (await battle.counted()).inFlight).toBeGreaterThan(0)

  collector.wire.mend()
  await page.clock.fastForward(10_000)
  await expect.poll(async () => (await battle.counters()).acked).toBeGreaterThan(acked)
  await expectConserved(collector, battle)
})

test('calls again over a wire that was cut', async ({ battle, collector, browserErrors }) => {
  browserErrors.expect(lostConnection)
  await playUntilAcked(battle)
  // What is in flight when it is cut, nobody has.
  collector.wire.deafen()
  await expect.poll(async () => (await battle.counted()).inFlight).toBeGreaterThan(0)
  collector.wire.cut()
  await expect.poll(() => battle.link()).toBe('waiting')
  await battle.playOn(50)
  collector.wire.mend()
  await expect.poll(() => battle.link()).toBe('open')
  await expectConserved(collector, battle)
})

test('goes on with a collector that was restarted', async ({ battle, collector, browserErrors }) => {
  browserErrors.expect(lostConnection)
  await playUntilAcked(battle)
  await collector.restart()
  await battle.playOn(50)
  await expect.poll(() => battle.link()).toBe('open')
  await expectConserved(collector, battle)
  expect(await collector.sessions()).toHaveLength(1)
})
