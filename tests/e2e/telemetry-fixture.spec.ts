/** The `telemetry` fixture on the real game: what its page sends reaches the test that opened it, and no other. */
import { createTest } from '@downlink/playwright'
import game from '@downlink/red-vs-blue'
import type { Page } from '@playwright/test'

const { test, expect } = createTest({ events: game.events })

test.describe.configure({ mode: 'serial' })

async function play(page: Page, url: string): Promise<string> {
  await page.goto(`${url}/play/`)
  await page.getByRole('button', { name: 'Start the battle' }).click()
  return page.evaluate(() => redVsBlue.game.telemetry.sessionId)
}

test('a battle is received, and its ledger balances', async ({ page, telemetry }) => {
  const sessionId = await play(page, telemetry.url)
  await expect(telemetry).toHaveReceived('round_started', { round: 1, config: { shipsPerTeam: 25 } })
  await expect(telemetry).toHaveReceivedTimes('round_started', 1)
  await expect(telemetry).toHaveReceived('bullet_fired', { team: 'red', bulletId: expect.any(String) })
  const { data } = await telemetry.waitFor('ship_spawned', (event) => event.data.team === 'blue')
  expect(data.shipId).toMatch(/^blue-/)
  await expect(telemetry).not.toHaveReceived('round_ended')
  await page.getByTestId('stop').click()
  await expect(telemetry).toBeBalanced()
  expect(await telemetry.ledger()).toMatchObject([{ sessionId, rejected: {}, missing: 0 }])
  expect(telemetry.rejected()).toEqual([])
})

test('the page of an earlier test leaves no trace', async ({ page, telemetry, browser }) => {
  expect(telemetry.accepted()).toEqual([])
  expect(await telemetry.ledger()).toEqual([])
  const sessionId = await play(page, telemetry.url)
  const other = await browser.newContext()
  await telemetry.instrument(other)
  const otherId = await play(await other.newPage(), telemetry.url)
  await expect(telemetry).toHaveReceivedTimes('round_started', 2)
  expect(new Set(telemetry.accepted().map((event) => event.sessionId))).toEqual(new Set([sessionId, otherId]))
  await other.close()
})
