/** React mounts everything twice, and the player turns every knob: still one socket, and no handler too many. */
import type { Page } from '@playwright/test'
import { expectConserved } from './fixtures/conservation.ts'
import { countSockets } from './fixtures/sockets.ts'
import { expect, test } from './fixtures/test.ts'

declare global {
  /** How often anybody began to listen for the page being left. */
  var pagehideListeners: number
}

test.use({ collectorOptions: { page: 'development' } })

/** How many listeners window and document have, by the kind of event. */
async function listeners(page: Page): Promise<unknown> {
  const inspector = await page.context().newCDPSession(page)
  const { result } = await inspector.send('Runtime.evaluate', {
    expression: `[window, document].map((target) =>
      Object.entries(getEventListeners(target)).map(([type, { length }]) => [type, length]))`,
    includeCommandLineAPI: true,
    returnByValue: true,
  })
  await inspector.detach()
  return result.value
}

test('strict mode and ten changed settings leave one socket', async ({ battle, page, collector, context }) => {
  await context.addInitScript(() => {
    globalThis.pagehideListeners = 0
    const { addEventListener } = window
    window.addEventListener = (...listener: Parameters<typeof addEventListener>) => {
      if (listener[0] === 'pagehide') globalThis.pagehideListeners++
      addEventListener(...listener)
    }
  })
  const sockets = countSockets(page)
  await battle.open()
  await battle.begin()
  await battle.playOn(50)
  // Mounted twice indeed, the client and its spool.
  expect(await page.evaluate(() => pagehideListeners)).toBe(4)
  const before = await listeners(page)

  await page.getByTestId('settings').click()
  for (const value of ['4', '0.25', '3', '1', '2']) await page.getByTestId('speed').fill(value)
  for (const value of ['10', '40']) await page.getByTestId('ships-per-team').fill(value)
  for (const value of ['7', '8']) await page.getByTestId('seed').fill(value)
  await page.getByTestId('apply').click()
  await page.getByTestId('roll').click()
  await page.getByTestId('apply').click()
  await page.getByTestId('settings').click()

  await battle.playOn(50)
  expect(await listeners(page)).toEqual(before)
  const events = await expectConserved(collector, battle)
  const rounds = events.filter(({ type }) => type === 'round_started').map(({ data }) => JSON.stringify(data))
  expect(rounds.length).toBeGreaterThanOrEqual(3)
  expect(new Set(rounds).size).toBe(rounds.length)
  expect(sockets).toEqual({ opened: 1, closed: 0 })
  expect(await collector.sessions()).toHaveLength(1)
})
