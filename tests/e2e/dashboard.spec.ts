/** The collector's page: it shows what is stored, as text, and only to those who may read. */
import type { Page } from '@playwright/test'
import { expectConserved } from './fixtures/conservation.ts'
import { expect, test } from './fixtures/test.ts'

const hostile = '<img src=x onerror="globalThis.hurt = true">'

const count = (value: number): string => new Intl.NumberFormat('en').format(value)
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
  const body = JSON.stringify([
    { type: 'telemetry_toggled', data },
    { type: hostile, data },
  ])
  expect((await fetch(`${station.url}/telemetry`, { method: 'POST', body })).status).toBe(200)
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
