/** The site of the docs is built as its README says: every link of it leads somewhere, and its search finds. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { buildFolder } from '../../tools/own-lock.ts'
import { type ServedFolder, serveFolder } from './fixtures/serve-folder.ts'
import { skipWithoutRegistry } from './fixtures/skip-without-registry.ts'
import { expectAccessible } from './page/accessible.ts'

let folder: string
let site: ServedFolder | undefined

test.beforeAll(async () => {
  test.setTimeout(300_000)
  folder = join(await skipWithoutRegistry(buildFolder('site')), 'dist')
  site = await serveFolder(folder)
})
test.afterAll(() => site?.close())

test('every link of every page leads to a page, and to a place in it', async () => {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.html'))
  const texts = new Map<string, string>()
  for (const file of files) texts.set(file.replaceAll('\\', '/'), await readFile(join(folder, file), 'utf8'))
  const broken: string[] = []
  let links = 0
  for (const [file, text] of texts) {
    // What the reference links among itself is checked by what makes it, and the sample opens its own views.
    if (/^(api|sample)\//.test(file)) continue
    for (const [, href = ''] of text.matchAll(/<a [^>]*href="([^"]+)"/g)) {
      const target = new URL(href, `http://site/${file}`)
      if (target.host !== 'site') continue
      links++
      const path = decodeURIComponent(target.pathname).slice(1)
      const page = texts.get(path === '' ? 'index.html' : path.endsWith('.html') ? path : `${path}.html`)
      const place = decodeURIComponent(target.hash.slice(1))
      if (page === undefined || (place !== '' && !page.includes(`id="${place}"`))) broken.push(`${file}: ${href}`)
    }
  }
  expect(broken).toEqual([])
  expect(links).toBeGreaterThan(1000)
})

test('its search finds, and what it finds opens', async ({ page }) => {
  const wrong: string[] = []
  page.on('response', (response) => response.ok() || wrong.push(`${response.status()} ${response.url()}`))
  page.on('pageerror', (error) => wrong.push(error.message))
  await page.goto(site?.url ?? '')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByPlaceholder('Search').fill('forget a player')
  await page.locator('.result').first().click()
  await expect(page.getByRole('main')).toContainText(/forget/i)
  await page.goto(`${site?.url}api/index.html`)
  await expect(page.getByRole('heading', { name: 'Downlink' })).toBeVisible()
  expect(wrong).toEqual([])
})

test('the page with sample data says that it is one, and shows sessions, questions and health without a collector', async ({
  page,
}) => {
  const wrong: string[] = []
  const root = `${site?.url}sample/`
  page.on('request', (request) => request.url().startsWith(root) || wrong.push(request.url()))
  page.on('response', (response) => response.ok() || wrong.push(`${response.status()} ${response.url()}`))
  page.on('pageerror', (error) => wrong.push(error.message))
  await page.goto(`${root}index.html`)
  await expect(page.getByText('Sample data.')).toBeVisible()
  await expect(page.getByRole('cell', { name: 'bullet_fired' }).first()).toBeVisible()

  await page.getByRole('link', { name: '1', exact: true }).click()
  await expect(page.getByText('Nothing is missing.')).toBeVisible()
  await page
    .getByRole('option', { name: /ship_spawned/ })
    .first()
    .click()
  await expect(page.getByRole('region', { name: 'Event', exact: true })).toContainText('shipId')
  await expectAccessible(page, 'sample-session')

  await page.getByRole('link', { name: 'Sessions', exact: true }).click()
  await expect(page.getByText('all stored').first()).toBeVisible()
  await page.getByRole('link', { name: 'Questions', exact: true }).click()
  const questions = page.getByRole('region', { name: 'What every game gets asked' }).getByRole('link')
  await expect(questions).toHaveCount(12)
  const addresses = await questions.evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href))
  for (const address of addresses) {
    await page.goto(address)
    const answer = page.getByRole('region', { name: 'Answer', exact: true })
    await expect(answer.getByText(/rows?, took/), address).toBeVisible()
  }
  await page.getByRole('link', { name: 'Health', exact: true }).click()
  await expect(page.getByText('Up to date')).toBeVisible()
  await expectAccessible(page, 'sample-health')
  expect(wrong).toEqual([])

  await page.goto(`${root}index.html#/sessions?build=0.0.1`)
  await expect(page.getByText('This is a sample, and has only what was recorded for it.')).toBeVisible()
})
