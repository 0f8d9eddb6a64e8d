/** The page's sessions: found by what they are known by, and the address says which. */
import type { Page } from '@playwright/test'
import { playSession } from './fixtures/players.ts'
import { expect, test } from './fixtures/test.ts'
import type { TestCollector } from './fixtures/test-collector.ts'
import { expectAccessible } from './page/accessible.ts'

test.use({ collectorOptions: { events: 'any' } })

const sessions = (page: Page) => page.getByRole('region', { name: 'Sessions', exact: true })
/** By its own name: the text of a label has the options of its control in it, too. */
const field = (page: Page, name: string) =>
  sessions(page)
    .locator('.field', { has: page.getByText(name, { exact: true }) })
    .locator('input, select')
const entries = (page: Page) => sessions(page).getByRole('listitem')

const events = (count: number, stepMs: number, type = 'hit') =>
  Array.from({ length: count }, (_, at) => ({ type, timestamp: Date.now() - (count - at) * stepMs }))

/** Four players of two builds: one with an error, one that was cut off, one with rejections, one without a fault. */
async function aTeam(collector: Pick<TestCollector, 'url'>): Promise<void> {
  const play = (player: string, build: string, level: string, more: object) =>
    playSession(collector.url, { build, labels: { player, level }, events: events(5, 1000), ...more })
  await play('nova', '1.4.2', 'nebula', { events: [...events(5, 1000), ...events(2, 10, 'js_error')] })
  await play('rho', '1.4.2', 'belt', { events: [...events(5, 1000), { type: '', timestamp: 1 }] })
  await play('tau', '1.4.1', 'nebula', { events: events(20, 30_000) })
  await play('<img src=x>', '1.4.1', 'belt', { events: events(3, 1000), end: false })
}

test('says how the first event is sent while there is none', async ({ page }) => {
  await page.goto('/#/sessions')
  await expect(sessions(page)).toContainText('No session yet')
  await expectAccessible(page, 'sessions-none')
})

test('finds sessions by what they are known by, and keeps it in the address', async ({ page, collector }) => {
  await aTeam(collector)
  await page.goto('/#/sessions')
  await expect(entries(page)).toHaveCount(4)
  await expect(entries(page).filter({ hasText: 'nova' })).toContainText('2 errors')
  await expectAccessible(page, 'sessions')

  await field(page, 'Build').selectOption('1.4.2')
  await expect(sessions(page)).toContainText('2 fit')
  await expect(page).toHaveURL(/#\/sessions\?build=1\.4\.2$/)
  await field(page, 'Errors').selectOption('With errors')
  await expect(entries(page)).toHaveText([/nova/])
  await page.reload()
  await expect(entries(page)).toHaveText([/nova/])
  await page.getByRole('button', { name: 'Clear' }).click()
  await expect(entries(page)).toHaveCount(4)

  await field(page, 'Label').selectOption('level')
  await field(page, 'Value').fill('belt')
  await expect(entries(page)).toHaveCount(2)
  await page.getByRole('button', { name: 'Clear' }).click()
  await expect(entries(page)).toHaveCount(4)
  await field(page, 'State').selectOption('Rejecting')
  await expect(entries(page)).toHaveText([/rho/])
  await page.getByRole('button', { name: 'Clear' }).click()
  await expect(entries(page)).toHaveCount(4)
  await field(page, 'At least').selectOption('5 min')
  await expect(entries(page)).toHaveText([/tau/])
  await page.getByRole('button', { name: 'Clear' }).click()
  await expect(entries(page)).toHaveCount(4)
  await field(page, 'First').selectOption('Longest')
  await expect(entries(page).first()).toContainText('tau')
})

test('searches by text as it is typed, and says where nothing fits', async ({ page, collector }) => {
  await aTeam(collector)
  await page.goto('/#/sessions')
  await expect(entries(page)).toHaveCount(4)
  await page.keyboard.press('/')
  await page.keyboard.type('NEBU')
  await expect(entries(page)).toHaveCount(2)
  await page.keyboard.type('x')
  await expect(sessions(page)).toContainText('No session fits')
  await expectAccessible(page, 'sessions-no-match')
})

test('goes through the list by key, and opens one', async ({ page, collector }) => {
  await aTeam(collector)
  await page.goto('/#/sessions')
  await expect(entries(page)).toHaveCount(4)
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await expect(entries(page).nth(1).getByRole('link').first()).toBeFocused()
  await page.keyboard.press('k')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#\/sessions\/[0-9a-f-]{36}$/)
  await expect(page.getByRole('region', { name: 'Session', exact: true })).toContainText('<img src=x>')
  await page.goBack()
  await expect(entries(page)).toHaveCount(4)
  await entries(page).nth(1).getByRole('link', { name: 'nebula' }).click()
  await expect(page).toHaveURL(/label=level&value=nebula$/)
  await expect(entries(page)).toHaveCount(2)
})

test('shows many, some at a time', async ({ page, collector }) => {
  test.slow()
  for (let at = 0; at < 120; at++) await fetch(`${collector.url}/telemetry`, { method: 'POST', body: '[{"type":"x"}]' })
  await page.goto('/#/sessions')
  await expect(entries(page)).toHaveCount(50)
  await page.getByRole('button', { name: 'Show more' }).click()
  await expect(entries(page)).toHaveCount(100)
  await page.getByRole('button', { name: 'Show more' }).click()
  await expect(entries(page)).toHaveCount(120)
  await expect(page.getByRole('button', { name: 'Show more' })).toHaveCount(0)
})

test('says what is wrong with an address that asks for what there is not', async ({ page, browserErrors }) => {
  browserErrors.expect(/400/)
  await page.goto('/#/sessions?state=happy')
  await expect(page.getByRole('alert')).toContainText(
    'Expected `state` to be open or complete or lost or lost_page or rejecting',
  )
  await expectAccessible(page, 'sessions-failed')
})

test('waits while it loads', async ({ page, collector }) => {
  await aTeam(collector)
  let goOn = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  await page.route('**/api/sessions?*', async (route) => {
    await held
    await route.continue()
  })
  await page.goto('/#/sessions')
  await expect(sessions(page)).toContainText('Loading sessions')
  await expectAccessible(page, 'sessions-loading')
  goOn()
  await expect(entries(page)).toHaveCount(4)
})

test('waits for the database, and goes on by itself', async ({ page, collector, holdStore }) => {
  await aTeam(collector)
  const letGo = await holdStore()
  await page.goto('/#/sessions')
  await expect(sessions(page)).toContainText('Waiting for the database')
  await expectAccessible(page, 'sessions-away')
  letGo()
  await expect(entries(page)).toHaveCount(4, { timeout: 90_000 })
})
