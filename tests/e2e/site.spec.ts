/** The site of the docs is built as its README says: every link of it leads somewhere, and its search finds. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Locator, type Page, test } from '@playwright/test'
import { buildSite } from '../../tools/own-lock.ts'
import { type ServedFolder, serveFolder } from './fixtures/serve-folder.ts'
import { skipWithoutRegistry } from './fixtures/skip-without-registry.ts'
import { expectAccessible } from './page/accessible.ts'

let folder: string
let site: ServedFolder | undefined

test.beforeAll(async () => {
  test.setTimeout(600_000)
  folder = await skipWithoutRegistry(buildSite())
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
    // What the reference links among itself is checked by what makes it, the sample opens its own views, and games have none.
    if (/^(api|sample|play)\//.test(file)) continue
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

/** What a page must not do: fail, or ask anybody but the server that it came from. */
function watchFaults(page: Page): readonly string[] {
  const faults: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(site?.url ?? '') && !/^(blob|data):/.test(request.url())) faults.push(request.url())
  })
  page.on('response', (response) => response.ok() || faults.push(`${response.status()} ${response.url()}`))
  page.on('pageerror', (error) => faults.push(error.message))
  return faults
}

for (const path of ['index', 'guides/try', 'guides/instrument-your-game', 'data-model'])
  test(`the page ${path} asks nobody else for anything, and axe finds nothing`, async ({ page }) => {
    const faults = watchFaults(page)
    await page.goto(`${site?.url}${path}.html`)
    await expect(page.getByRole('main')).toBeVisible()
    await expectAccessible(page, `site-${path.replace('/', '-')}`)
    expect(faults).toEqual([])
  })

const watchOf = (of: Page | Locator): Locator => of.getByRole('region', { name: 'What arrives' })
const figure = (of: Locator, name: string): Locator => of.locator('dl > div', { hasText: name }).locator('dd')

test('an example plays in the page, its events stand beside it, and those pushed without a network arrive after', async ({
  page,
}) => {
  const faults = watchFaults(page)
  await page.goto(`${site?.url}guides/try.html`)
  const player = page.locator('.player')
  await player.getByRole('button', { name: 'Play' }).click()
  const events = player.getByRole('list', { name: 'Events, newest first' }).getByRole('listitem')
  await expect(events.filter({ hasText: 'display' }).first()).toBeVisible()

  await player.getByRole('button', { name: 'Cut the network' }).click()
  await expect(player.getByText('Network cut. What is pushed waits.')).toBeVisible()
  await expect(figure(player, 'waiting')).toHaveText(/^([4-9]|\d\d+)\s*$/)
  const arrived = await events.count()
  await player.getByRole('button', { name: 'Mend the network' }).click()
  await expect(player.getByText('Link open')).toBeVisible()
  await expect.poll(() => events.count()).toBeGreaterThan(arrived + 3)
  await expect(figure(player, 'dropped')).toHaveText('0')

  const level = events.filter({ hasText: 'level_started' })
  await level.locator('summary').click()
  await expect(level.locator('pre')).toContainText('"renderer"')
  const sequences = (await events.locator('.seq').allTextContents()).map(Number)
  expect(sequences).toEqual(sequences.map((_, at) => sequences.length - at))
  expect(faults).toEqual([])
})

for (const [engine, type] of [
  ['Phaser', 'scene_started'],
  ['Excalibur', 'step_times'],
  ['three.js', 'moon_added'],
]) {
  test(`the example in ${engine} plays in the page, too`, async ({ page }) => {
    const faults = watchFaults(page)
    await page.goto(`${site?.url}guides/try.html`)
    await page.getByRole('radio', { name: engine ?? '' }).check()
    await page.locator('.player').getByRole('button', { name: 'Play' }).click()
    await expect(
      watchOf(page)
        .getByText(type ?? '')
        .first(),
    ).toBeVisible()
    expect(faults).toEqual([])
  })
}

test('each snippet runs as its page says', async ({ page }) => {
  const faults = watchFaults(page)
  await page.goto(`${site?.url}guides/try.html`)
  const snippets = page.locator('.snippet')
  const run = async (at: number): Promise<{ readonly console: Locator; readonly events: Locator }> => {
    const snippet = snippets.nth(at)
    await snippet.getByRole('button', { name: 'Run', exact: true }).click()
    const list = (name: string) => snippet.getByRole('list', { name }).getByRole('listitem')
    return { console: list('Console'), events: list('Events, newest first') }
  }
  await expect(snippets).toHaveCount(5)

  const pushed = await run(0)
  await expect(pushed.console).toHaveText('{ "acked": 2, "remaining": 0 }', { useInnerText: false })
  await expect(pushed.events).toContainText([/player_died.*spikes/, 'level_started'])

  const inContext = await run(1)
  await expect(inContext.events).toContainText([/player_died.*"level":3,"room":"throne"/, /coin_taken.*"room":"cave"/])

  const offline = await run(2)
  await expect(offline.events.first()).toContainText('step_taken')
  await snippets.nth(2).getByRole('button', { name: 'Cut the network' }).click()
  await expect(figure(snippets.nth(2), 'waiting')).toHaveText(/^\d\d+\s*$/)
  await snippets.nth(2).getByRole('button', { name: 'Mend the network' }).click()
  await expect(snippets.nth(2).getByText('Link open')).toBeVisible()
  await expect(figure(snippets.nth(2), 'dropped')).toHaveText('0')

  const full = await run(3)
  await expect(full.console).toHaveText('{ "overflow": 3 }')
  await expect(full.events).toContainText([8, 7, 6, 5, 4].map((shot) => `{"shot":${shot}}`))
  await expect(figure(snippets.nth(3), 'dropped')).toHaveText('3 overflow')

  const byType = await run(4)
  await expect(byType.events.last()).toContainText('purchase')
  await expect(byType.console).toContainText(['"sampled": 1'])
  expect(faults).toEqual([])
})

test('a snippet can be changed and run again, and says what is thrown in it', async ({ page }) => {
  await page.goto(`${site?.url}guides/try.html`)
  const snippet = page.locator('.snippet').first()
  await snippet.getByRole('button', { name: 'Change it' }).click()
  const editor = snippet.getByRole('textbox', { name: 'Code of the snippet' })
  await expect(editor).toBeFocused()
  await editor.fill(`console.log('changed'); throw new Error('on purpose')`)
  await snippet.getByRole('button', { name: 'Run', exact: true }).click()
  const printed = snippet.getByRole('list', { name: 'Console' }).getByRole('listitem')
  await expect(printed).toHaveText(['changed', 'Error: on purpose'])
})

test('the page with sample data says that it is a recording, and shows sessions, questions and health without a collector', async ({
  page,
}) => {
  const faults = watchFaults(page)
  const root = `${site?.url}sample/`
  await page.goto(`${root}index.html`)
  const bar = page.getByRole('complementary', { name: 'About this page' })
  await expect(bar.getByText('A recording.')).toBeVisible()
  await expect(page.getByRole('banner').getByText('Recorded')).toBeVisible()
  await expect(page.getByRole('cell', { name: 'bullet_fired' }).first()).toBeVisible()

  for (const session of await bar.getByRole('listitem').getByRole('link').all()) {
    await session.click()
    await expect(page.getByText('Nothing is missing.')).toBeVisible()
  }
  await page
    .getByRole('option', { name: /ship_spawned/ })
    .first()
    .click()
  await expect(page.getByRole('region', { name: 'Event', exact: true })).toContainText('shipId')
  await expectAccessible(page, 'sample-session')

  await page.getByRole('link', { name: 'Sessions', exact: true }).click()
  await expect(page.getByText('all stored').first()).toBeVisible()
  await page.goto(`${root}index.html#/sessions?label=player&value=ada`)
  await expect(page.getByText('all stored').first()).toBeVisible()
  await expect(page.getByRole('main')).not.toContainText('dee')
  await page.getByRole('link', { name: 'Health', exact: true }).click()
  await expect(page.getByText('Up to date')).toBeVisible()
  await expectAccessible(page, 'sample-health')
  expect(faults).toEqual([])
})

test('the sample answers each question, its SQL, and each example of SQL', async ({ page }) => {
  const faults = watchFaults(page)
  await page.goto(`${site?.url}sample/index.html#/questions`)
  const questions = page.getByRole('region', { name: 'What every game gets asked' }).getByRole('link')
  await expect(questions).toHaveCount(12)
  const addresses = await questions.evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href))
  const answered = page.getByRole('status').filter({ hasText: /rows?, \d+ ms/ })
  for (const address of addresses) {
    await page.goto(address)
    const answer = page.getByRole('region', { name: 'Answer', exact: true })
    await expect(answer.getByText(/rows?, took/), address).toBeVisible()
    await page.getByRole('link', { name: 'Change it in SQL' }).click()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await expect(answered, address).toBeVisible()
  }
  await page.getByRole('link', { name: 'SQL', exact: true }).click()
  for (const example of await page.locator('.examples').getByRole('button').all()) {
    await example.click()
    await expect(answered).toBeVisible()
  }
  expect(faults).toEqual([])
})

test('what the sample does not have it says, and how to get it', async ({ page }) => {
  const root = `${site?.url}sample/index.html`
  const advice = /npm ci && npm start/
  await page.goto(`${root}#/sql?q=${encodeURIComponent('SELECT 7')}`)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(page.getByRole('alert')).toHaveText(advice)
  await page.getByRole('link', { name: 'CSV' }).click()
  await expect(page.locator('#sample-status')).toHaveText(advice)

  await page.goto(`${root}#/sessions`)
  await page.locator('a.open').first().click()
  await expect(page.getByRole('alert')).toHaveText(advice)
  await expect(page.getByText('There is no such session')).toBeHidden()
})
