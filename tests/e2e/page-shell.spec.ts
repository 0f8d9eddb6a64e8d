/** The frame of the collector's page: its views have addresses, keys and names, and say so where one does not work. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures/test.ts'
import { expectAccessible } from './page/accessible.ts'

const heading = (page: Page) => page.getByRole('heading', { level: 1 })
const currentLink = (page: Page) => page.getByRole('navigation', { name: 'Views' }).locator('[aria-current=page]')

const titles = ['Live', 'Sessions', 'Questions', 'SQL', 'Rejected', 'Health']

test('turns to a view by link, by number and by address, and back', async ({ page, browserErrors }) => {
  // There is no such session.
  browserErrors.expect(/status of 404/)
  await page.goto('/')
  await expect(page).toHaveTitle('Live · Downlink')
  for (const [at, title] of titles.entries()) {
    await page.keyboard.press(`${at + 1}`)
    await expect(heading(page)).toHaveText(title)
    await expect(currentLink(page)).toHaveText(title)
    await expect(page).toHaveTitle(`${title} · Downlink`)
  }
  await page.goBack()
  await expect(heading(page)).toHaveText('Rejected')
  await page.goto('/#/sessions/nobody?at=5')
  await expect(heading(page)).toHaveText('Sessions')
  await expect(page).toHaveTitle('nobody · Sessions · Downlink')
  await page.getByRole('link', { name: 'SQL' }).click()
  await expect(page.locator('main')).toBeFocused()
})

test('shows SQL of an address, and does not run it', async ({ page }) => {
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.postData() ?? ''))
  await page.goto('/#/sql?q=SELECT+6+*+7+AS+answer')
  await expect(page.getByLabel('One SELECT')).toHaveText('SELECT 6 * 7 AS answer')
  expect(asked.filter((body) => body.includes('answer'))).toEqual([])
  await page.goto('/#/sql?q=SELECT+1')
  await expect(page.getByLabel('One SELECT')).toHaveText('SELECT 1')
})

test.describe('an address that leads nowhere', () => {
  for (const fragment of ['#/nowhere', '#/live/name', '#/sessions/%E0%A4%A', '#/%00', '#/__proto__']) {
    test(`${fragment} says so, and where to go on`, async ({ page }) => {
      await page.goto(`/${fragment}`)
      await expect(heading(page)).toHaveText('No such view')
      await page.getByRole('link', { name: 'What happens now' }).click()
      await expect(heading(page)).toHaveText('Live')
    })
  }

  test('looks as if it were meant', async ({ page }) => {
    await page.goto('/#/nowhere')
    await expect(heading(page)).toHaveText('No such view')
    await expectAccessible(page, 'no-such-view')
  })
})

test('lists its keys, and leaves single ones alone where somebody says so', async ({ page }) => {
  await page.goto('/#/sql')
  await expect(page.locator('.cm-content')).toBeVisible()
  await page.getByLabel('One SELECT').press('ControlOrMeta+A')
  await page.keyboard.type('12?')
  await expect(page.getByLabel('One SELECT')).toHaveText('12?')
  await expect(heading(page)).toHaveText('SQL')

  await page.goto('/#/live')
  await expect(heading(page)).toHaveText('Live')
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keys' })
  await expect(help).toContainText('Pause the tail')
  await expectAccessible(page, 'keys')
  await page.keyboard.press('2')
  await help.getByLabel('Single keys do this').uncheck()
  await page.keyboard.press('Escape')
  await expect(help).toHaveCount(0)
  await page.keyboard.press('2')
  await page.reload()
  await page.keyboard.press('2')
  await expect(heading(page)).toHaveText('Live')
  await page.getByRole('button', { name: 'Keys (off)' }).click()
  await help.getByLabel('Single keys do this').check()
  await help.getByRole('button', { name: 'Close' }).click()
  await page.keyboard.press('2')
  await expect(heading(page)).toHaveText('Sessions')
})

test('is walked by keyboard alone', async ({ page }) => {
  await page.goto('/')
  await expect(heading(page)).toHaveText('Live')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Skip to the view' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('main')).toBeFocused()
  await page.keyboard.press('Shift+Tab')
  await expect(page.getByRole('link', { name: 'Health' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(heading(page)).toHaveText('Health')
})

test('keeps a view that does not load from taking the page with it', async ({ page, browserErrors }) => {
  browserErrors.expect(/status of 404|dynamically imported module/)
  let isGone = true
  await page.route('**/health-view-*.js', (route) => (isGone ? route.fulfill({ status: 404 }) : route.continue()))
  await page.goto('/#/health')
  await expect(page.getByRole('alert')).toContainText('This view does not work')
  await expectAccessible(page, 'view-gone')
  await page.getByRole('link', { name: 'Sessions' }).click()
  await expect(page.getByText('No session yet')).toBeVisible()
  isGone = false
  await page.goBack()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('region', { name: 'Database' })).toBeVisible()
})

test('says that it connects, that the link is lost, and that it is back', async ({
  page,
  collector,
  browserErrors,
}) => {
  browserErrors.expect(/^Failed to load resource: net::/)
  await page.goto('/')
  const link = page.getByRole('status').first()
  await expect(link).toHaveText('Link up')
  collector.wire.cut()
  await expect(link).toHaveText('Link lost, trying again')
  await expectAccessible(page, 'link-lost')
  collector.wire.mend()
  await expect(link).toHaveText('Link up')
  await expectAccessible(page, 'link-back')
})

test.describe('with a read token', () => {
  test.use({ collectorOptions: { readToken: 'open sesame' } })

  test('asks for it, and opens what was asked for in every tab', async ({ page, context, browserErrors }) => {
    browserErrors.expect(/status of 401/)
    const other = await context.newPage()
    await other.goto('/#/health')
    await page.goto('/#/rejected')
    for (const tab of [other, page]) await expect(tab.getByLabel('Read token')).toBeVisible()
    await expectAccessible(page, 'locked')
    await page.getByLabel('Read token').fill('open sesame')
    await page.keyboard.press('Enter')
    await expect(heading(page)).toHaveText('Rejected')
    await expect(heading(other)).toHaveText('Health')
  })
})
