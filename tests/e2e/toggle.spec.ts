/** The one telemetry switch: off is off at once, and on goes on where it was. */
import type { Page } from '@playwright/test'
import { countSockets } from './fixtures/sockets.ts'
import { expect, test } from './fixtures/test.ts'

declare global {
  /** Frames and bodies that the page has sent. */
  var sent: number
}

/** Resolves after so many further happenings in the battle, to how many of them the engine told to telemetry. */
const emittedDuring = (page: Page, happenings: number): Promise<number> =>
  page.evaluate(async (enough) => {
    const { engine } = redVsBlue.game
    let emitted = 0
    let happened = 0
    const forget = engine.on('telemetry', () => emitted++)
    await new Promise<void>((resolve) => {
      const stop = engine.on('event', () => {
        if (++happened < enough) return
        stop()
        resolve()
      })
    })
    forget()
    return emitted
  }, happenings)

test.beforeEach(({ context }) =>
  context.addInitScript(() => {
    globalThis.sent = 0
    const { send } = WebSocket.prototype
    WebSocket.prototype.send = function (data) {
      globalThis.sent++
      send.call(this, data)
    }
    const post = globalThis.fetch
    globalThis.fetch = (...request) => {
      globalThis.sent++
      return post(...request)
    }
  }),
)

test('off stops everything at once, on goes on with the same session', async ({ battle, page, collector }) => {
  const sockets = countSockets(page)
  await battle.open()
  await battle.begin()
  await expect.poll(async () => (await battle.counters()).acked).toBeGreaterThan(0)
  expect(await emittedDuring(page, 20)).toBeGreaterThan(0)
  const sessionId = await battle.sessionId()

  const atOnce = await page.evaluate(async () => {
    const { telemetry } = redVsBlue.game
    while (telemetry.buffer.length === 0) await new Promise(requestAnimationFrame)
    const waiting = telemetry.buffer.length
    document.querySelector<HTMLElement>('[data-testid="telemetry-toggle"]')?.click()
    return { waiting, left: telemetry.buffer.length, link: telemetry.status().status, stats: telemetry.stats(), sent }
  })
  const { stats } = atOnce
  expect(atOnce).toMatchObject({ left: 0, link: 'disabled', stats: { queued: 0, inFlight: 0 } })
  expect(stats.dropped.disabled).toBeGreaterThanOrEqual(atOnce.waiting)

  expect(await emittedDuring(page, 200)).toBe(0)
  await expect(page.getByTestId('link-state')).toHaveText('Off')
  await expect.poll(() => battle.counters()).toMatchObject({ pushed: stats.pushed, queued: 0, inFlight: 0 })
  expect(await page.evaluate(() => sent)).toBe(atOnce.sent)
  await expect.poll(() => sockets).toEqual({ opened: 1, closed: 1 })
  await expect.poll(() => collector.ledger(sessionId)).toMatchObject({ open: false })

  await page.getByTestId('telemetry-toggle').click()
  await expect.poll(() => battle.link()).toBe('open')
  expect(await emittedDuring(page, 20)).toBeGreaterThan(0)
  const { pushed, acked, dropped } = await battle.settle()
  expect(await battle.sessionId()).toBe(sessionId)
  expect(await collector.ledger(sessionId)).toMatchObject({
    pushed,
    stored: acked,
    dropped: { disabled: dropped },
    missing: 0,
    balanced: true,
  })
  const events = await collector.events(sessionId)
  expect(events.length).toBe(acked)
  expect(events.find(({ seq }) => seq > stats.pushed)).toMatchObject({
    type: 'telemetry_toggled',
    data: { enabled: true },
  })
  expect(sockets).toEqual({ opened: 2, closed: 1 })
})

test.describe('where the page is told not to', () => {
  test.use({ collectorOptions: { enabled: false } })

  test('nothing is sent, and no socket is opened', async ({ battle, page, collector }) => {
    const sockets = countSockets(page)
    await battle.open()
    await battle.begin()
    expect(await emittedDuring(page, 200)).toBe(0)
    await expect(page.getByTestId('link-state')).toHaveText('Off')
    // The flag is a ceiling: there is nothing for a player to choose, not even behind the switch.
    await expect(page.getByTestId('telemetry-toggle')).toBeDisabled()
    await page.evaluate(() => {
      redVsBlue.game.stores.ui.setState({ telemetryEnabled: true })
      redVsBlue.game.telemetry.setEnabled(true)
    })
    expect(await emittedDuring(page, 200)).toBe(0)
    expect(await battle.counters()).toEqual({ pushed: 0, acked: 0, queued: 0, inFlight: 0, dropped: 0 })
    await page.goto('/elsewhere/')
    expect(await page.evaluate(() => sent)).toBe(0)
    expect(sockets).toEqual({ opened: 0, closed: 0 })
    expect(await collector.sessions()).toEqual([])
  })
})
