/** The view of what was rejected: by code, type and build, with what was expected beside what came. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures/test.ts'
import { expectAccessible } from './page/accessible.ts'
import { aSession, stamped } from './page/session.ts'

const hostile = '<img src=x onerror="globalThis.hurt = true">'

const region = (page: Page, name: string) => page.getByRole('region', { name })
const groups = (page: Page) =>
  region(page, 'Groups of rejected events')
    .getByRole('row')
    .filter({ has: page.getByRole('cell') })
const examples = (page: Page) => page.locator('.rejections article')

test('says so where nothing was rejected', async ({ page, collector }) => {
  await aSession(collector).push(stamped({ type: 'telemetry_toggled', data: { enabled: true } }))
  await page.goto('/#/rejected')
  await expect(page.getByText('Nothing was rejected')).toBeVisible()
  await expectAccessible(page, 'rejected-empty')
})

test('groups by code, type and build, and lays what came beside what was expected', async ({ page, collector }) => {
  const old = aSession(collector, { build: '1.2.0' })
  const wrong = {
    type: 'frame_stats',
    data: { fps: 'sixty', p50Ms: 1, p95Ms: 2, p99Ms: 3, worstMs: 4, [hostile]: hostile },
  }
  await old.push(stamped(wrong), stamped(wrong), { type: hostile, timestamp: 1, data: {} })
  await aSession(collector, { build: '1.3.0' }).push(stamped(wrong))
  await aSession(collector).push({ type: 5 })
  await page.goto('/#/rejected')
  await expect(groups(page)).toHaveCount(4)
  await expect(groups(page).first()).toContainText(/invalid_payload\s*frame_stats\s*1\.2\.0\s*2/)
  await expect(examples(page)).toHaveCount(2)
  await expect(examples(page).first().getByRole('row').nth(1)).toContainText(/fps.*number.*"sixty"/)
  await expect(examples(page).first()).toContainText('entities')
  await expect(examples(page).first()).toContainText(hostile)
  await expectAccessible(page, 'rejected')

  await groups(page).filter({ hasText: '1.3.0' }).getByRole('link').click()
  await expect(page).toHaveURL(/#\/rejected\?code=invalid_payload&type=frame_stats&build=1\.3\.0$/)
  await expect(groups(page)).toHaveCount(1)
  await expect(examples(page)).toHaveCount(1)
  await page.getByRole('link', { name: 'All of them' }).click()
  await expect(groups(page)).toHaveCount(4)

  await page.goto('/#/rejected?code=unknown_type')
  await expect(examples(page)).toContainText(hostile)
  await expect(region(page, 'unknown_type')).toContainText('Expected one of')
  await expect(region(page, 'unknown_type')).toContainText('telemetry_toggled')
  await page.goto('/#/rejected?build=(none)')
  await expect(groups(page)).toContainText(/bad_event/)
  await page.goto('/#/rejected?code=nonsense')
  await expect(page.getByText('Nothing like that was rejected')).toBeVisible()
  await expectAccessible(page, 'rejected-none-like-that')
  expect(await page.evaluate(() => 'hurt' in globalThis)).toBe(false)
})

test('waits for a database that is away, and says what it can not read', async ({
  page,
  collector,
  browserErrors,
  holdStore,
}) => {
  browserErrors.expect(/status of 500/)
  await aSession(collector).push({ type: 5 })
  const letGo = await holdStore()
  await page.goto('/#/rejected')
  await expect(page.getByText('Waiting for the database')).toBeVisible({ timeout: 90_000 })
  await expectAccessible(page, 'rejected-store-away')
  letGo()
  await expect(groups(page)).toHaveCount(1, { timeout: 90_000 })
  const error = { code: 'data_damaged', message: 'A block of the database is damaged.' }
  await page.route('**/api/query', (route) => route.fulfill({ status: 500, json: { error } }))
  await page.getByRole('button', { name: 'Look again' }).click()
  await expect(page.getByRole('alert')).toContainText(error.message)
  await expectAccessible(page, 'rejected-failed')
  await page.unroute('**/api/query')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('shows that it loads', async ({ page }) => {
  let answer = () => {}
  const asked = new Promise<void>((resolve) => {
    answer = resolve
  })
  await page.route('**/api/query', async (route) => {
    await asked
    await route.continue()
  })
  await page.goto('/#/rejected')
  await expect(page.getByText('Loading rejections')).toBeVisible()
  await expectAccessible(page, 'rejected-loading')
  answer()
  await expect(page.getByText('Nothing was rejected')).toBeVisible()
})
