/** The page's questions: each is answered with a chart, narrowed, compared and shared, and says what it lacks. */
import type { Page } from '@playwright/test'
import { type Sitting, sendSitting, sittings } from '../battle-sittings.ts'
import { expect, test } from './fixtures/test.ts'
import type { TestCollector } from './fixtures/test-collector.ts'
import { expectAccessible } from './page/accessible.ts'
import { readParquet } from './page/read-parquet.ts'

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const cellsOf = (page: Page, row: number) => region(page, 'Result').getByRole('row').nth(row).getByRole('cell')

async function play(collector: TestCollector, played: readonly Sitting[] = sittings): Promise<void> {
  for (const sitting of played) await sendSitting(collector.url, sitting)
  // The page offers what is stored by then.
  await fetch(`${collector.url}/api/sessions`, { headers: { prefer: 'wait=60' } })
}

const names = [
  ...['breakdown', 'clock-skew', 'delay', 'errors-by-build', 'frame-time', 'funnel', 'heat-map', 'rejections'],
  ...['retention', 'session-length', 'slowest-frames', 'volume'],
]

test('every question of the gallery opens, and draws', async ({ page, collector }) => {
  test.slow()
  await play(collector)
  await page.goto('/#/questions')
  const cards = region(page, 'What every game gets asked').getByRole('link')
  await expect(cards).toHaveCount(names.length)
  await expectAccessible(page, 'questions')
  for (const name of names) {
    await page.goto(`/#/questions/${name}`)
    // The one before looks the same.
    await expect(page).toHaveTitle(`${name} · Questions · Downlink`)
    await expect(region(page, 'Answer').getByRole('img'), name).toBeVisible()
    await expect(region(page, 'Answer').getByRole('status')).toContainText(/rows?, took \d+ ms, asked (now|\d+ s ago)/)
    await expect(cellsOf(page, 1).first()).not.toBeEmpty()
    await expectAccessible(page, `question-${name}`)
  }
})

test('is picked and narrowed by keyboard, and its address says all of it', async ({ page, collector, context }) => {
  await play(collector)
  await page.goto('/#/questions')
  await page.getByRole('link', { name: 'How far do players get?' }).press('Enter')
  await expect(page.getByLabel('Step 1')).toHaveValue('round_started')
  await page.getByLabel('Step 3').selectOption('mission_failed')
  await expect(cellsOf(page, 3)).toHaveText(['3. mission_failed', '1', '25'])
  await page.getByLabel('Build').selectOption('0.1.0')
  await expect(cellsOf(page, 3)).toHaveText(['3. mission_failed', '1', '100'])
  await page.getByLabel('Label').fill('player')
  await page.getByLabel('is', { exact: true }).fill('bo')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Nothing of it is stored')).toBeVisible()
  await page.getByRole('button', { name: 'Any player, not only bo' }).click()
  await expect(cellsOf(page, 3)).toHaveText(['3. mission_failed', '1', '100'])

  const colleague = await context.newPage()
  await colleague.goto(page.url())
  await expect(cellsOf(colleague, 3)).toHaveText(['3. mission_failed', '1', '100'])
  await page.goBack()
  await page.goBack()
  await page.goBack()
  await expect(cellsOf(page, 3)).toHaveText(['3. mission_failed', '1', '25'])
})

test('keeps what is being written, and where, while something else is picked', async ({ page, collector }) => {
  await play(collector, sittings.slice(0, 1))
  await page.goto('/#/questions/heat-map')
  await expect(region(page, 'Answer').getByRole('img')).toBeVisible()
  const square = page.getByLabel("Edge of a square, in the game's units")
  await square.fill('64')
  await square.press('Enter')
  await expect(page).toHaveURL(/square=64/)
  await expect(square).toBeFocused()
  await page.keyboard.type('0')
  await expect(square).toHaveValue('640')

  let answer = () => {}
  const asked = new Promise<void>((resolve) => {
    answer = resolve
  })
  await page.route('**/api/query', async (route) => {
    await asked
    await route.continue().catch(() => {})
  })
  await page.locator('.parameters').getByLabel('Event').selectOption('bullet_fired')
  await expect(page.getByText('Loading what there is to pick')).toBeVisible()
  await expectAccessible(page, 'question-picking')
  await square.fill('32')
  answer()
  await expect(page.getByText('Loading what there is to pick')).toHaveCount(0)
  await expect(square).toHaveValue('32')
  await square.press('Enter')
  await expect(page).toHaveURL(/square=32/)
  await page.goBack()
  await expect(square).toHaveValue('64')
})

test('compares two builds, and two spans', async ({ page, collector }) => {
  await play(collector)
  await page.goto('/#/questions/errors-by-build?build=0.1.0')
  await page.getByRole('button', { name: 'Compare' }).click()
  await expect(page.getByRole('group', { name: 'B', exact: true }).getByLabel('Build')).toHaveValue('0.2.0')
  await expect(region(page, 'Answer').getByRole('img')).toBeVisible()
  await expect(page.locator('.legend')).toContainText('A · percent')
  await expect(cellsOf(page, 1)).toHaveText(['0.1.0 → 0.2.0', 'percent', '100', '0', '-100', '-100'])
  await expectAccessible(page, 'compared-bars')

  await page.goto('/#/questions/volume?build=0.1.0&vs=1&vs.build=0.2.0')
  await expect(page.getByText('No differences, for A and B are of different times')).toBeVisible()
  await expect(region(page, 'Answer').getByRole('table')).toHaveCount(2)
  await expectAccessible(page, 'compared-apart')

  await page.goto('/#/questions/heat-map?square=64&build=0.1.0&vs=1&vs.build=0.2.0')
  await expect(region(page, 'Answer').getByRole('img')).toHaveCount(3)
  await expectAccessible(page, 'compared-maps')

  await page.goto('/#/questions/volume?step=10s&from=2026-01-05&to=2026-01-06&vs=1&vs.from=2026-01-06&vs.to=2026-01-07')
  await expect(page.locator('.legend')).toContainText('B · bullet_fired')
  // A day later, laid over the first.
  await expect(cellsOf(page, 1).first()).toHaveText('2026-01-05T10:00:00.000Z')
  await page.getByRole('button', { name: 'Compare no more' }).click()
  await expect(page.locator('.legend')).not.toContainText('B · bullet_fired')
})

test('says which label is missing, and how a game sets it', async ({ page, collector }) => {
  const events = [{ type: 'frame_stats', data: { fps: 60, p50Ms: 1, p95Ms: 2, p99Ms: 3, worstMs: 4, entities: 5 } }]
  await fetch(`${collector.url}/telemetry`, { method: 'POST', body: JSON.stringify(events) })
  await page.goto('/#/questions/frame-time')
  await expect(page.getByText('No session has the label gpu')).toBeVisible()
  await expect(page.getByText('createTelemetry({ labels: { gpu:')).toBeVisible()
  await expectAccessible(page, 'question-missing-label')
  await page.goto('/#/questions/heat-map')
  await expect(page.getByText('Pick what it is about')).toBeVisible()
  await expectAccessible(page, 'question-open')
})

test('says what is empty, away, unknown or wrong', async ({ page, browserErrors }) => {
  browserErrors.expect(/status of 50[03]/)
  await page.goto('/#/questions/funnel')
  await expect(page.getByText('Nothing is stored yet')).toBeVisible()
  await expectAccessible(page, 'question-empty')
  await page.goto('/#/questions/nobody')
  await expect(page.getByText('There is no question nobody')).toBeVisible()
  await page.goto('/#/questions/clock-skew?from=soon')
  await expect(page.getByRole('alert')).toContainText('got soon')

  const away = { code: 'store_unavailable', message: 'The database is starting.' }
  await page.route('**/api/query', (route) => route.fulfill({ status: 503, json: { error: away } }))
  await page.goto('/#/questions/volume')
  await expect(page.getByText('Waiting for the database')).toBeVisible()
  await expectAccessible(page, 'question-away')
  await page.unroute('**/api/query')
  await expect(page.getByText('Waiting for the database')).toHaveCount(0)

  await page.route('**/api/questions', (route) =>
    route.fulfill({ status: 500, json: { error: { code: 'internal', message: 'Broken.' } } }),
  )
  await page.goto('/#/questions')
  await expect(page.getByRole('alert')).toContainText('Broken.')
  await expectAccessible(page, 'questions-error')
})

test('draws over an image that never leaves the page', async ({ page, collector }) => {
  await play(collector, sittings.slice(0, 1))
  await page.goto('/#/questions/heat-map')
  await expect(region(page, 'Answer').getByRole('img')).toBeVisible()
  const sent: string[] = []
  page.on('request', (request) => sent.push(request.url()))
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    'base64',
  )
  await page.getByLabel('Image of the level').setInputFiles({ name: 'level.png', mimeType: 'image/png', buffer: png })
  await expect(page.getByLabel('Left', { exact: true })).toBeVisible()
  await page.getByLabel('Right', { exact: true }).fill('1280')
  await expectAccessible(page, 'heat-map-image')
  await page
    .getByLabel('Image of the level')
    .setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('x') })
  await expect(page.getByText('This is no image that the browser reads')).toBeVisible()
  expect(sent).toEqual([])
})

test('is changed in SQL, saved, found and deleted', async ({ page, collector }) => {
  await play(collector, sittings.slice(0, 2))
  await page.goto('/#/questions/errors-by-build')
  await expect(region(page, 'Answer').getByRole('img')).toBeVisible()
  await page.getByRole('link', { name: 'Change it in SQL' }).click()
  await expect(page.getByLabel('One SELECT')).toContainText('mission_failed')
  await page.getByRole('button', { name: 'Run' }).click()
  await expect(region(page, 'SQL').getByRole('img')).toBeVisible()
  await page.getByText('Save as a question').click()
  await page.getByLabel('What is asked').fill('Who fails missions?')
  await page.getByLabel('What the answer says').fill('Failed missions by build.')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('link', { name: 'who-fails-missions' }).click()
  await expect(region(page, 'Answer').getByRole('img')).toBeVisible()
  await page.getByLabel('Build').selectOption('0.1.0')
  await expect(region(page, 'Result').getByRole('row')).toHaveCount(2)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.getByRole('button', { name: 'Delete' }).click()
  await expect(region(page, 'What every game gets asked')).toBeVisible()
  await expect(page.getByText('Who fails missions?')).toHaveCount(0)
})

test('is downloaded as CSV and Parquet', async ({ page, collector }) => {
  await play(collector, sittings.slice(0, 1))
  await page.goto('/#/questions/rejections')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download CSV' }).click()
  const file = await download
  expect(file.suggestedFilename()).toBe('rejections.csv')
  const text = Buffer.concat(await (await file.createReadStream()).toArray()).toString()
  expect(text).toMatch(/^code,type,events,sessions,builds,example\ninvalid_payload,frame_stats,1,1,0.1.0,/)
  const parquet = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download Parquet' }).click()
  expect((await parquet).suggestedFilename()).toBe('rejections.parquet')
  expect(await readParquet(await (await parquet).path(), 'code, type, builds, events::INT')).toEqual([
    ['invalid_payload', 'frame_stats', '0.1.0', 1],
  ])
})

test('shows an older answer with its age, until somebody asks again', async ({ page, collector }) => {
  const rows = () => region(page, 'Result').getByRole('row').allInnerTexts()
  await play(collector, sittings.slice(0, 2))
  await page.goto('/#/questions/volume')
  await expect(page.getByText(/took \d+ ms, asked/)).toBeVisible()
  const before = await rows()
  await play(collector, sittings.slice(2))
  await page.reload()
  await expect(page.getByText(/took \d+ ms, asked/)).toBeVisible()
  await expect.poll(rows).toEqual(before)
  await region(page, 'Answer').getByRole('button', { name: 'Ask again' }).click()
  await expect.poll(rows).not.toEqual(before)
})
