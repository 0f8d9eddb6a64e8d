/** The collector's page: it shows what is stored, as text, and only to those who may read. */
import type { Page } from '@playwright/test'
import { expectConserved } from './fixtures/conservation.ts'
import type { Station } from './fixtures/station.ts'
import { expect, test } from './fixtures/test.ts'

const hostile = '<img src=x onerror="globalThis.hurt = true">'

const count = (value: number): string => new Intl.NumberFormat('en').format(value)
const send = (station: Station, events: readonly object[]) =>
  fetch(`${station.url}/telemetry`, { method: 'POST', body: JSON.stringify(events) })

const figure = (page: Page, name: string) => page.locator('.counts .figure', { hasText: name }).locator('dd')
const region = (page: Page, name: string) => page.getByRole('region', { name })

test('shows a battle as it is stored, with its ledger', async ({ battle, station, context }, testInfo) => {
  const page = await context.newPage()
  await page.goto('/')
  await expect(region(page, 'Sessions')).toContainText('No session yet')

  await battle.open()
  await battle.begin()
  await battle.playOn(300)
  await expect(page.getByRole('status').first()).toHaveText('Link up')
  await expect(region(page, 'Live tail')).toContainText('bullet_fired')
  const events = await expectConserved(station, battle)

  const session = region(page, 'Sessions').getByRole('listitem')
  await expect(session).toContainText(`${count(events.length)} pushed`)
  await expect(session).toContainText(`${count(events.length)} stored`)
  await expect(session).toContainText('complete')
  const fired = events.filter(({ type }) => type === 'bullet_fired').length
  const types = region(page, 'Event types').getByRole('listitem')
  await expect(types.filter({ hasText: 'bullet_fired' }).locator('.count')).toHaveText(count(fired))
  await expect(page.getByText('1 socket up')).toBeVisible()

  await page.getByLabel('One SELECT').fill(`SELECT count(*) AS "events" FROM bullet_fired`)
  await page.getByRole('button', { name: 'Run' }).click()
  await expect(region(page, 'Result')).toContainText(`${fired}`)
  await page.screenshot({ path: testInfo.outputPath('dashboard.png'), fullPage: true })
  await testInfo.attach('dashboard', { path: testInfo.outputPath('dashboard.png') })
})

test('shows what players send as text, whatever it says', async ({ page, station }) => {
  await page.goto('/')
  await expect(page.getByRole('status').first()).toHaveText('Link up')
  const data = { enabled: true, [hostile]: hostile }
  await send(station, [
    { type: 'telemetry_toggled', data },
    { type: hostile, data },
  ])
  const tail = region(page, 'Live tail')
  await expect(tail.getByRole('row').filter({ hasText: 'telemetry_toggled' })).toContainText(JSON.stringify(hostile))
  await expect(tail.getByRole('row').filter({ hasText: 'rejected' })).toContainText(hostile)

  await page.getByLabel('One SELECT').fill(`SELECT data AS "${hostile.replaceAll('"', '""')}" FROM events`)
  await page.getByRole('button', { name: 'Run' }).click()
  await expect(region(page, 'Result').getByRole('columnheader')).toHaveText(hostile)
  await expect(region(page, 'Result').getByRole('cell')).toContainText('onerror')
  await expect(page.locator('img:not([src="./icon.svg"])')).toHaveCount(0)
  expect(await page.evaluate(() => 'hurt' in globalThis)).toBe(false)
})

test('says how to begin, then shows what comes', async ({ page, station }) => {
  await page.goto('/')
  await expect(page.getByText(`${station.url}/telemetry`).first()).toBeVisible()
  await expect(page.getByText('Link up')).toBeVisible()
  await send(station, [{ type: 'telemetry_toggled', data: { enabled: true } }, { type: '' }])
  await expect(page.getByRole('cell', { name: '{"enabled":true}' })).toBeVisible()
  await expect(page.getByRole('cell', { name: 'rejected: bad_event' })).toBeVisible()
  await expect(figure(page, 'stored')).toHaveText('1')
  await expect(figure(page, 'rejected')).toHaveText('1')
  const session = page.getByRole('listitem').filter({ hasText: 'pushed' })
  await expect(session).toContainText(/2 pushed\s*=\s*1 stored\s*\+\s*1 rejected \(bad_event 1\)/)
  await expect(session).toContainText('complete')
})

test('holds still on demand, filters, and answers SQL by keyboard', async ({ page, station, complaints }) => {
  // The refusal of a query is what the browser complains of.
  complaints.expect(/status of 403/)
  await page.goto('/')
  await expect(page.getByText('Link up')).toBeVisible()
  const toggled = (enabled: boolean) => ({ type: 'telemetry_toggled', data: { enabled } })
  const frames = { fps: 60, p50Ms: 1, p95Ms: 2, p99Ms: 3, worstMs: 4, entities: 5 }
  await send(station, [toggled(true), { type: 'frame_stats', data: frames }])
  await expect(page.getByRole('cell', { name: 'telemetry_toggled' })).toHaveCount(1)
  await expect(page.getByRole('cell', { name: 'frame_stats' })).toHaveCount(1)
  await page.getByRole('searchbox', { name: 'Type' }).fill('togg')
  await expect(page.getByRole('cell', { name: 'frame_stats' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Pause' }).click()
  await send(station, [toggled(true)])
  await expect(figure(page, 'stored')).toHaveText('3')
  await expect(page.getByRole('cell', { name: 'telemetry_toggled' })).toHaveCount(1)
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect(page.getByRole('cell', { name: 'telemetry_toggled' })).toHaveCount(2)

  await page.getByLabel('One SELECT').fill('SELECT 6 * 7 AS answer')
  await page.keyboard.press('Control+Enter')
  await expect(region(page, 'Result').getByRole('cell')).toHaveText('42')
  await page.getByLabel('One SELECT').fill("SELECT getenv('HOME')")
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('alert')).toContainText('getenv is not allowed')
})

test('fits a phone', async ({ page, station }) => {
  const long = { type: 'x'.repeat(120), data: { long: 'y'.repeat(5000) } }
  await send(station, [long])
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto('/')
  await expect(page.getByText('complete')).toBeVisible()
  await send(station, [long])
  await expect(page.getByRole('cell').first()).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})

test('finds a collector again that was restarted', async ({ page, station, complaints }) => {
  complaints.expect(/^Failed to load resource: net::/)
  await page.goto('/')
  const link = page.getByRole('status').first()
  await expect(link).toHaveText('Link up')
  station.wire.cut()
  await expect(link).toHaveText('Link lost, trying again')
  await station.restart()
  station.wire.mend()
  await expect(link).toHaveText('Link up')
})

test('asks again where a proxy answers in the place of a collector', async ({ page, complaints }) => {
  complaints.expect(/status of 502/)
  await page.route('**/api/live', (route) => route.fulfill({ status: 502 }))
  await page.goto('/')
  const link = page.getByRole('status').first()
  await expect(link).toHaveText('Link lost, trying again')
  await page.unroute('**/api/live')
  await expect(link).toHaveText('Link up')
})

test.describe('with a read token', () => {
  test.use({ stationOptions: { readToken: 'open sesame' } })

  test('asks for it, once', async ({ page, complaints }) => {
    complaints.expect(/status of 401/)
    await page.goto('/')
    await page.getByLabel('Read token').fill('open barley')
    await page.getByRole('button', { name: 'Open' }).click()
    await expect(page.getByRole('alert')).toHaveText('This is not the read token.')
    await page.getByLabel('Read token').fill('open sesame')
    await page.getByRole('button', { name: 'Open' }).click()
    await expect(region(page, 'Sessions')).toContainText('No session yet')
    await page.reload()
    await expect(page.getByRole('status').first()).toHaveText('Link up')
    expect(await page.evaluate(() => document.cookie)).toBe('')
  })
})
