/** The collector's page in a real browser, under its own strict policy. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CollectorOptions, createCollector } from '@downlink/collector'
import { test as base, expect, type Page } from '@playwright/test'

interface Fixtures {
  /** Runs a collector until the test is over; its URL. */
  readonly collect: (options?: CollectorOptions) => Promise<string>
  /** Whatever the browser complained of, the policy's violations included. */
  readonly complaints: readonly string[]
}

const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  async collect({}, use) {
    const data = await mkdtemp(join(tmpdir(), 'downlink-page-'))
    const collectors: { close(): Promise<void> }[] = []
    await use(async (options = {}) => {
      const collector = createCollector({ logger: false, data, ...options })
      collectors.push(collector)
      return (await collector.listen({ port: 0 })).url
    })
    for (const collector of collectors) await collector.close()
    await rm(data, { recursive: true, force: true })
  },
  async complaints({ page }, use) {
    const complaints: string[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await use(complaints)
  },
})

const send = (url: string, events: readonly object[]) =>
  fetch(`${url}/telemetry`, { method: 'POST', body: JSON.stringify(events) })

const figure = (page: Page, name: string) => page.locator('.counts .figure', { hasText: name }).locator('dd')

test('says how to begin, then shows what comes', async ({ page, collect, complaints }) => {
  const url = await collect()
  await page.goto(url)
  await expect(page.getByText('No session yet')).toBeVisible()
  await expect(page.getByText(`${url}/telemetry`).first()).toBeVisible()
  await expect(page.getByText('Link up')).toBeVisible()

  await send(url, [{ type: 'hello', data: { from: 'my game' } }, { type: '' }])
  await expect(page.getByRole('cell', { name: '{"from":"my game"}' })).toBeVisible()
  await expect(page.getByRole('cell', { name: 'rejected: bad_event' })).toBeVisible()
  await expect(figure(page, 'stored')).toHaveText('1')
  await expect(figure(page, 'rejected')).toHaveText('1')
  const session = page.getByRole('listitem').filter({ hasText: 'pushed' })
  await expect(session).toContainText(/2 pushed\s*=\s*1 stored\s*\+\s*1 rejected \(bad_event 1\)/)
  await expect(session).toContainText('complete')
  expect(complaints).toEqual([])
})

test('shows payloads as text, whatever they say', async ({ page, collect, complaints }) => {
  const url = await collect()
  await page.goto(url)
  const hostile = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
  await expect(page.getByText('Link up')).toBeVisible()
  await send(url, [{ type: hostile, data: { hostile } }])
  await expect(page.getByRole('cell', { name: '<img' }).first()).toBeVisible()
  await page.getByRole('button', { name: 'Events by type' }).click()
  await expect(page.getByText('1 row,')).toBeVisible()
  await expect(page).toHaveTitle('Downlink')
  expect(await page.locator('img:not([src$="icon.svg"])').count()).toBe(0)
  expect(complaints).toEqual([])
})

test('holds still on demand, filters, and answers SQL by keyboard', async ({ page, collect, complaints }) => {
  const url = await collect()
  await page.goto(url)
  await expect(page.getByText('Link up')).toBeVisible()
  await send(url, [{ type: 'first' }, { type: 'other' }])
  await expect(page.getByRole('cell', { name: 'first', exact: true })).toBeVisible()
  await page.getByRole('searchbox', { name: 'Type' }).fill('fir')
  await expect(page.getByRole('cell', { name: 'other' })).toBeHidden()
  await page.getByRole('button', { name: 'Pause' }).click()
  await send(url, [{ type: 'first_again' }])
  await expect(figure(page, 'stored')).toHaveText('3')
  await expect(page.getByRole('cell', { name: 'first_again' })).toBeHidden()
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect(page.getByRole('cell', { name: 'first_again' })).toBeVisible()

  await page.getByLabel('One SELECT').fill('SELECT 6 * 7 AS answer')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('cell', { name: '42' })).toBeVisible()
  await page.getByLabel('One SELECT').fill("SELECT getenv('HOME')")
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('alert')).toContainText('getenv is not allowed')
  // The refusal itself is what the browser complains of.
  expect(complaints.filter((text) => !text.includes('403'))).toEqual([])
})

test('asks for the read token once', async ({ page, collect }) => {
  const url = await collect({ readToken: 'secret' })
  await page.goto(url)
  await page.getByLabel('Read token').fill('wrong')
  await page.getByRole('button', { name: 'Open' }).click()
  await expect(page.getByRole('alert')).toHaveText('This is not the read token.')
  await page.getByLabel('Read token').fill('secret')
  await page.getByRole('button', { name: 'Open' }).click()
  await expect(page.getByText('Link up')).toBeVisible()
  await page.reload()
  await expect(page.getByText('Link up')).toBeVisible()
  expect(await page.evaluate(() => document.cookie)).toBe('')
})

test('fits a phone', async ({ page, collect }) => {
  const url = await collect()
  await send(url, [{ type: 'x'.repeat(120), data: { long: 'y'.repeat(5000) } }])
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto(url)
  await expect(page.getByText('complete')).toBeVisible()
  await send(url, [{ type: 'x'.repeat(120), data: { long: 'y'.repeat(5000) } }])
  await expect(page.getByRole('cell').first()).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})
