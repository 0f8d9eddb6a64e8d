/** The page's SQL: written with completion, run by keyboard, shown as rows or drawn, cancelled, found again. */
import type { Page } from '@playwright/test'
import { sendSitting, sittings } from '../battle-sittings.ts'
import { expect, test } from './fixtures/test.ts'
import { expectAccessible } from './page/accessible.ts'
import { readParquet } from './page/read-parquet.ts'
import { writeSql } from './page/write-sql.ts'

const sql = (page: Page) => page.getByLabel('One SELECT')
const result = (page: Page) => page.getByRole('region', { name: 'Result' })
const editor = (page: Page) => page.locator('.cm-content')

/** Resolves once there is an editor, which knows what it completes. */
async function openSql(page: Page): Promise<void> {
  const words = page.waitForResponse('**/api/query')
  const functions = page.waitForResponse('**/api/functions')
  await page.goto('/#/sql')
  await (await words).finished()
  await (await functions).finished()
  await expect(editor(page)).toBeVisible()
}

test('completes tables, columns and functions, and runs by keyboard', async ({ page, collector }) => {
  for (const sitting of sittings) await sendSitting(collector.url, sitting)
  await openSql(page)
  await sql(page).press('ControlOrMeta+A')
  await sql(page).pressSequentially('SELECT approx_qua')
  await page.getByRole('option', { name: 'approx_quantile' }).click()
  await sql(page).pressSequentially('(killer')
  await page.keyboard.press('Escape')
  await writeSql(page, 'SELECT count(*) AS n FROM ship_des')
  await sql(page).pressSequentially('t')
  await expect(page.getByRole('option', { name: 'ship_destroyed' })).toBeVisible()
  await expectAccessible(page, 'sql-completion')
  await page.keyboard.press('Enter')
  await expect(sql(page)).toHaveText('SELECT count(*) AS n FROM ship_destroyed')
  await sql(page).pressSequentially(' WHERE killer')
  await page.getByRole('option', { name: 'killerId' }).click()
  await sql(page).pressSequentially(" <> ''")
  await page.keyboard.press('Control+Enter')
  await expect(result(page).getByRole('cell')).toHaveText(/^\d+$/)
})

test('draws what is asked, and its address says how', async ({ page, collector, context }) => {
  for (const sitting of sittings) await sendSitting(collector.url, sitting)
  await openSql(page)
  await writeSql(
    page,
    'SELECT type, count(*) AS events, count(DISTINCT session_id) AS sessions FROM events GROUP BY type ORDER BY events',
  )
  await page.keyboard.press('Control+Enter')
  await expect(result(page).getByRole('row')).not.toHaveCount(0)
  await expectAccessible(page, 'sql-table')
  for (const kind of ['Bars', 'Line', 'Scatter']) {
    await page.getByRole('radio', { name: kind }).check()
    await expect(page.locator('.plot canvas')).toBeVisible()
  }
  await page.getByLabel('Up').selectOption('sessions')
  await expect(page.locator('.legend')).toHaveText('sessions')
  await page.getByRole('radio', { name: 'Bars' }).check()
  await expectAccessible(page, 'sql-bars')
  await writeSql(
    page,
    "SELECT floor((data->>'x')::DOUBLE / 50) AS x, floor((data->>'y')::DOUBLE / 50) AS y, count(*) AS n FROM events WHERE type = 'bullet_hit' GROUP BY ALL",
  )
  await page.keyboard.press('Control+Enter')
  await page.getByRole('radio', { name: 'Heat map' }).check()
  await expect(page.locator('.heat canvas')).toBeVisible()
  // The address follows in a moment: browsers take only so many changes at a time.
  await expect(page).toHaveURL(/chart=heat/)

  const colleague = await context.newPage()
  const asked: string[] = []
  colleague.on('request', (request) => asked.push(request.postData() ?? ''))
  await colleague.goto(page.url())
  await expect(sql(colleague)).toContainText("type = 'bullet_hit'")
  await expect(colleague.getByText('Ctrl + Enter runs it too.')).toBeVisible()
  expect(asked.filter((body) => body.includes('bullet_hit'))).toEqual([])
  await colleague.getByRole('button', { name: 'Run' }).click()
  await expect(colleague.locator('.heat canvas')).toBeVisible()
})

test('shows where it is wrong', async ({ page, browserErrors }) => {
  browserErrors.expect(/status of 400/)
  await openSql(page)
  for (const [text, place] of [
    ['SELECT 1,\n  nothing_such\nFROM events', 'nothing_such'],
    ['SELECT 1\nFORM events', 'events'],
    [`SELECT ${'1, '.repeat(80)} wrong_one FROM events`, 'wrong_one'],
  ] as const) {
    await writeSql(page, text)
    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('alert')).toBeVisible()
    await expect(page.locator('.cm-content .fault')).toHaveText(place)
  }
  await expectAccessible(page, 'sql-error')
  await sql(page).pressSequentially(' ')
  await expect(page.locator('.cm-content .fault')).toHaveCount(0)
})

test('keeps what is typed faster than the page is drawn, and runs what is there', async ({ page, browserErrors }) => {
  browserErrors.expect(/status of 400/)
  await openSql(page)
  await writeSql(page, 'SELECT ')
  const typed = Array.from({ length: 40 }, (_, n) => `${n} AS n${n}`).join(', ')
  // A key a turn of the page's loop, so that some come between a drawing and its effects.
  await page.evaluate(async (keys) => {
    for (const key of keys) {
      document.execCommand('insertText', false, key)
      await new Promise((resolve) => setTimeout(resolve))
    }
  }, typed)
  await page.keyboard.press('Control+Enter')
  await page.keyboard.type(', 40 AS n40')
  await expect(sql(page)).toHaveText(`SELECT ${typed}, 40 AS n40`)
  await expect(result(page).getByRole('columnheader')).toHaveCount(40)
  // What is wrong with one text is not shown in another, and moves nobody's caret.
  await writeSql(page, 'SELECT nothing_such')
  await page.keyboard.press('Control+Enter')
  await page.keyboard.type(' AS n')
  await expect(page.getByRole('alert')).toBeVisible()
  await page.keyboard.type('ame')
  await expect(sql(page)).toHaveText('SELECT nothing_such AS name')
})

test('shows ten thousand rows, of which few are in the page', async ({ page }) => {
  await openSql(page)
  await writeSql(page, 'SELECT range AS n, range * 2 AS twice FROM range(20000)')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('The first 10,000 rows; there are more')).toBeVisible()
  await expect(result(page).getByRole('table')).toHaveAttribute('aria-rowcount', '10001')
  expect(await result(page).getByRole('row').count()).toBeLessThan(80)
  await result(page).focus()
  await page.keyboard.press('End')
  await expect(result(page).getByRole('cell', { name: '19998' })).toBeVisible()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download CSV' }).click()
  const text = Buffer.concat(await (await (await download).createReadStream()).toArray()).toString()
  expect(text.trim().split('\n')).toHaveLength(10_001)
})

test('hands out all rows as Parquet, and says why where it cannot', async ({ page, browserErrors }) => {
  browserErrors.expect(/503/)
  await openSql(page)
  await writeSql(page, "SELECT range AS n, 'ship ' || range AS ship FROM range(20000) ORDER BY n DESC;")
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('The first 10,000 rows; there are more')).toBeVisible()
  const button = page.getByRole('button', { name: 'Download Parquet' })
  const download = page.waitForEvent('download')
  await button.click()
  const file = await download
  expect(file.suggestedFilename()).toBe('answer.parquet')
  expect(await readParquet(await file.path(), 'count(*)::INT, first(n)::INT, first(ship)')).toEqual([
    [20_000, 19_999, 'ship 19999'],
  ])
  const error = { code: 'store_unavailable', message: 'The database is starting.' }
  await page.route('**/api/query/parquet', (route) => route.fulfill({ status: 503, json: { error } }))
  await button.click()
  await expect(page.getByRole('alert')).toHaveText('No Parquet: The database is starting.')
})

test('is cancelled, and what was asked is found again', async ({ page, browserErrors }) => {
  browserErrors.expect(/ERR_ABORTED/)
  await openSql(page)
  let answer = (): void => {}
  await page.route('**/api/query', async (route) => {
    await new Promise<void>((resolve) => {
      answer = resolve
    })
    await route.abort().catch(() => {})
  })
  await writeSql(page, 'SELECT 1 AS first_one')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('Running.')).toBeVisible()
  await expectAccessible(page, 'sql-running')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText('Cancelled.')).toBeVisible()
  answer()
  await page.unroute('**/api/query')
  await writeSql(page, 'SELECT 2 AS second_one')
  await page.keyboard.press('Control+Enter')
  await expect(result(page).getByRole('cell')).toHaveText('2')
  await page.reload()
  await expect(editor(page)).toBeVisible()
  await page.getByText('History').click()
  await expectAccessible(page, 'sql-history')
  await page.getByRole('button', { name: /first_one/ }).click()
  await expect(sql(page)).toHaveText('SELECT 1 AS first_one')
})

test('does without the editor where that can not be loaded', async ({ page, browserErrors }) => {
  browserErrors.expect(/Failed to load resource|ERR_FAILED/)
  await page.route('**/assets/code-editor-*.js', (route) => route.abort())
  await page.goto('/#/sql')
  await sql(page).fill('SELECT 6 * 7 AS answer')
  await sql(page).press('Control+Enter')
  await expect(result(page).getByRole('cell')).toHaveText('42')
  await expect(page.locator('textarea')).toBeVisible()
  await expectAccessible(page, 'sql-plain')
})

test.describe('with a read token', () => {
  test.use({ collectorOptions: { readToken: 'open sesame' } })

  test('hands a question out as a file, and saves nothing', async ({ page, browserErrors }) => {
    browserErrors.expect(/status of 401/)
    await page.goto('/#/sql')
    await page.getByLabel('Read token').fill('open sesame')
    await page.getByRole('button', { name: 'Open' }).click()
    await expect(editor(page)).toBeVisible()
    await writeSql(page, 'SELECT 1 AS one')
    await page.keyboard.press('Control+Enter')
    await page.getByText('Save as a file of a question').click()
    await page.getByLabel('What is asked').fill('One?')
    await page.getByLabel('What the answer says').fill('One.')
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download', exact: true }).click()
    const file = await download
    expect(file.suggestedFilename()).toBe('one.sql')
    const text = Buffer.concat(await (await file.createReadStream()).toArray()).toString()
    expect(text).toBe('-- title: One?\n-- answers: One.\n-- chart: table\nSELECT 1 AS one\n')
  })
})
