/** The view of how the collector stands: figures, who was refused, and what to do about what is not well. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures/test.ts'
import { expectAccessible } from './page/accessible.ts'
import { aSession, stamped } from './page/session.ts'

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const line = (page: Page, name: string) => page.locator('.lines > div', { has: page.getByText(name, { exact: true }) })

test('tells log, disk, commits, memory and versions, and who was refused for what', async ({ page, collector }) => {
  await aSession(collector).push(stamped({ type: 'telemetry_toggled', data: { enabled: true } }))
  await page.goto('/#/health')
  await expect(region(page, 'Refusals')).toContainText('Nobody was turned away')
  await expect(line(page, 'Log')).toContainText(/kB of at most 4\.3 GB/)
  await expect(line(page, 'Free disk')).toContainText('B')
  await expect(line(page, 'State')).toContainText('Up to date')
  await expect(line(page, 'Memory')).toContainText(/MB collector, .*MB database/)
  await expect(region(page, 'Versions')).toContainText(process.version)
  await expect(region(page, 'Versions')).toContainText(/DuckDB\s*v\d+\.\d+\.\d+/)
  await expect(line(page, 'Retention')).toContainText('All is kept')
  const headers = { origin: 'https://elsewhere.example' }
  await fetch(`${collector.url}/telemetry`, { method: 'POST', headers, body: '[]' })
  await expect(region(page, 'Refusals by origin and reason').getByRole('row').nth(1)).toContainText(
    /1\s*https:\/\/elsewhere\.example\s*forbidden\s*If this is your game: start the collector with --origin/,
  )
  await expectAccessible(page, 'health')
})

test('says what to do where it is not well', async ({ page }) => {
  const low = { logBytes: 3.9e9, maxLogBytes: 4.3e9, databaseBytes: 2e10, freeBytes: 5e8 }
  await page.route('**/api/health', async (route) => {
    const answer = await (await route.fetch()).json()
    const commits = { medianMs: 900, p99Ms: 4000, failed: 12 }
    await route.fulfill({ json: { ...answer, disk: low, commits, reports: { lost_events: 3 } } })
  })
  await page.goto('/#/health')
  await expect(line(page, 'Free disk')).toContainText('Make room now')
  await expect(line(page, 'Log')).toContainText('--max-log')
  await expect(line(page, 'Report lost_events')).toContainText('Ledgers say whose')
  await expectAccessible(page, 'health-red')
})

test('tells that the database is away, and what it was restarted for', async ({ page, collector, holdStore }) => {
  await page.goto('/#/health')
  await expect(line(page, 'State')).toContainText('Up to date')
  const letGo = await holdStore()
  await expect(line(page, 'State')).toContainText('It starts by itself')
  await expect(line(page, 'Restarts')).toContainText('1: crashed 1')
  await aSession(collector).push(stamped({ type: 'telemetry_toggled', data: { enabled: true } }))
  await expectAccessible(page, 'health-store-away')
  letGo()
  await expect(line(page, 'State')).toContainText('Up to date', { timeout: 90_000 })
})

test('says that it loads, that nobody answers, and goes on by itself', async ({ page, collector, browserErrors }) => {
  browserErrors.expect(/status of 500|^Failed to load resource: net::/)
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  await page.route('**/api/health', async (route) => {
    await begun
    await route.fulfill({ status: 500, json: { error: { code: 'internal', message: 'Something is wrong.' } } })
  })
  await page.goto('/#/health')
  await expect(page.getByText('Loading how the collector stands')).toBeVisible()
  await expectAccessible(page, 'health-loading')
  begin()
  await expect(page.getByRole('alert')).toContainText('Something is wrong.')
  await expectAccessible(page, 'health-failed')
  await page.unroute('**/api/health')
  await expect(line(page, 'Log')).toBeVisible()
  collector.wire.cut()
  await expect(line(page, 'State')).toContainText('Not known')
  await expectAccessible(page, 'health-link-lost')
})
