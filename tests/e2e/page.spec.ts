/** The collector's page: it shows what is stored, as text, and only to those who may read. */
import type { Page } from '@playwright/test'
import { expectConserved } from './fixtures/conservation.ts'
import { openFront } from './fixtures/front.ts'
import { expect, test } from './fixtures/test.ts'
import { openTestCollector, type TestCollector } from './fixtures/test-collector.ts'
import { writeSql } from './page/write-sql.ts'

const hostile = '<img src=x onerror="globalThis.hurt = true">'

const count = (value: number): string => new Intl.NumberFormat('en').format(value)
const send = (collector: Pick<TestCollector, 'url'>, events: readonly object[]) =>
  fetch(`${collector.url}/telemetry`, { method: 'POST', body: JSON.stringify(events) })

const listenersOf = async ({ url }: TestCollector): Promise<number> =>
  Number(/live_listeners (\d+)/.exec(await (await fetch(`${url}/metrics`)).text())?.[1])

const figure = (page: Page, name: string) => page.locator('.vitals .figure', { hasText: name }).locator('dd')
const region = (page: Page, name: string) => page.getByRole('region', { name })
const tailCell = (page: Page, name: string) => region(page, 'Live tail').getByRole('cell', { name })
const turnTo = (page: Page, view: string) =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click()

test('shows a battle as it is stored, with its ledger', async ({ battle, collector, context }, testInfo) => {
  const page = await context.newPage()
  await page.goto('/#/sessions')
  await expect(region(page, 'Sessions')).toContainText('No session yet')
  await turnTo(page, 'Live')

  await battle.open()
  await battle.begin()
  await battle.playOn(300)
  await expect(page.getByRole('status').first()).toHaveText('Link up')
  await expect(region(page, 'Live tail')).toContainText('bullet_fired')
  const events = await expectConserved(collector, battle)
  const fired = events.filter(({ type }) => type === 'bullet_fired').length
  const types = region(page, 'Event types').getByRole('row')
  await expect(types.filter({ hasText: 'bullet_fired' }).locator('.count')).toHaveText(count(fired))
  await expect(figure(page, 'sessions open')).toHaveText('1')
  await page.screenshot({ path: testInfo.outputPath('dashboard.png'), fullPage: true })
  await testInfo.attach('dashboard', { path: testInfo.outputPath('dashboard.png') })

  await turnTo(page, 'Sessions')
  const session = region(page, 'Sessions').getByRole('listitem')
  await expect(session).toContainText(`${count(events.length)} pushed`)
  await expect(session).toContainText(`${count(events.length)} stored`)
  await expect(session).toContainText('all stored')

  await turnTo(page, 'SQL')
  await writeSql(page, `SELECT count(*) AS "events" FROM bullet_fired`)
  await page.getByRole('button', { name: 'Run' }).click()
  await expect(region(page, 'Result')).toContainText(`${fired}`)
})

test('counts who was turned away', async ({ page, collector }) => {
  await page.goto('/')
  await expect(figure(page, 'refused')).toHaveText('0')
  const headers = { origin: 'https://elsewhere.example' }
  expect((await fetch(`${collector.url}/telemetry`, { method: 'POST', headers, body: '[]' })).status).toBe(403)
  await expect(figure(page, 'refused')).toHaveText('1')
})

test('shows what players send as text, whatever it says', async ({ page, collector }) => {
  await page.goto('/')
  await expect(page.getByRole('status').first()).toHaveText('Link up')
  const data = { enabled: true, [hostile]: hostile }
  await send(collector, [
    { type: 'telemetry_toggled', data },
    { type: hostile, data },
  ])
  const tail = region(page, 'Live tail')
  await expect(tail.getByRole('row').filter({ hasText: 'telemetry_toggled' })).toContainText(JSON.stringify(hostile))
  await expect(tail.getByRole('row').filter({ hasText: 'rejected' })).toContainText(hostile)

  await turnTo(page, 'SQL')
  await writeSql(page, `SELECT data AS "${hostile.replaceAll('"', '""')}" FROM events`)
  await page.getByRole('button', { name: 'Run' }).click()
  await expect(region(page, 'Result').getByRole('columnheader')).toHaveText(hostile)
  await expect(region(page, 'Result').getByRole('cell')).toContainText('onerror')
  await expect(page.locator('img:not([src="./icon.svg"])')).toHaveCount(0)
  expect(await page.evaluate(() => 'hurt' in globalThis)).toBe(false)
})

test('says how to begin, then shows what comes', async ({ page, collector }) => {
  await page.goto('/#/sessions')
  await expect(page.getByText(`${collector.url}/telemetry`).first()).toBeVisible()
  await turnTo(page, 'Live')
  await expect(page.getByText('Link up')).toBeVisible()
  await send(collector, [{ type: 'telemetry_toggled', data: { enabled: true } }, { type: '' }])
  await expect(tailCell(page, '{"enabled":true}')).toBeVisible()
  await expect(tailCell(page, 'rejected: bad_event')).toBeVisible()
  await expect(figure(page, 'stored')).toHaveText('1')
  await expect(figure(page, 'rejected')).toHaveText('1')
  await turnTo(page, 'Sessions')
  const session = page.getByRole('listitem').filter({ hasText: 'pushed' })
  await expect(session).toContainText(/2 pushed\s*=\s*1 stored\s*\+\s*1 rejected \(bad_event 1\)/)
  await expect(session.locator('.badge')).toHaveText('1 rejected')
})

test('holds still on demand, filters, and answers SQL by keyboard', async ({ page, collector, browserErrors }) => {
  // The refusal of a query is what the browser complains of.
  browserErrors.expect(/status of 403/)
  await page.goto('/')
  await expect(page.getByText('Link up')).toBeVisible()
  const toggled = (enabled: boolean) => ({ type: 'telemetry_toggled', data: { enabled } })
  const frames = { fps: 60, p50Ms: 1, p95Ms: 2, p99Ms: 3, worstMs: 4, entities: 5 }
  await send(collector, [toggled(true), { type: 'frame_stats', data: frames }])
  await expect(tailCell(page, 'telemetry_toggled')).toHaveCount(1)
  await expect(tailCell(page, 'frame_stats')).toHaveCount(1)
  await page.getByRole('searchbox', { name: 'Type' }).fill('togg')
  await expect(tailCell(page, 'frame_stats')).toHaveCount(0)
  await page.getByRole('button', { name: 'Pause' }).click()
  await send(collector, [toggled(true)])
  await expect(figure(page, 'stored')).toHaveText('3')
  await expect(tailCell(page, 'telemetry_toggled')).toHaveCount(1)
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect(tailCell(page, 'telemetry_toggled')).toHaveCount(2)

  await turnTo(page, 'SQL')
  await writeSql(page, 'SELECT 6 * 7 AS answer')
  await page.keyboard.press('Control+Enter')
  await expect(region(page, 'Result').getByRole('cell')).toHaveText('42')
  await writeSql(page, "SELECT getenv('HOME')")
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('alert')).toContainText('getenv is not allowed')
})

test('fits a phone', async ({ page, collector }) => {
  const long = { type: 'x'.repeat(120), data: { long: 'y'.repeat(5000) } }
  await send(collector, [long])
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto('/#/sessions')
  await expect(page.getByText('nothing stored')).toBeVisible()
  await turnTo(page, 'Live')
  await send(collector, [long])
  await expect(page.getByRole('cell').first()).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})

test('finds a collector again that was restarted', async ({ page, collector, browserErrors }) => {
  browserErrors.expect(/^Failed to load resource: net::/)
  await page.goto('/')
  const link = page.getByRole('status').first()
  await expect(link).toHaveText('Link up')
  collector.wire.cut()
  await expect(link).toHaveText('Link lost, trying again')
  await expect(page.getByText(/^Lost at \d\d:\d\d:\d\d: The collector does not answer\./)).toBeVisible()
  // What is shown is of then; what would be of now is not shown.
  await expect(figure(page, 'events a second')).toHaveText('–')
  await expect(region(page, 'Live tail')).toContainText('Waiting for the link.')
  await collector.restart()
  collector.wire.mend()
  await expect(link).toHaveText('Link up')
  await expect(page.getByText(/^Lost at .* Back at \d\d:\d\d:\d\d; what came between is stored/)).toBeVisible()
})

test('says that the database is away, takes events meanwhile, and goes on by itself', async ({
  page,
  context,
  collector,
  holdStore,
}) => {
  const patient = { timeout: 90_000 }
  const open = async (view: string) => {
    const tab = await context.newPage()
    await tab.goto(`/#/${view}`)
    return tab
  }
  await page.goto('/')
  await send(collector, [{ type: 'telemetry_toggled', data: { enabled: true } }])
  const [health, list, asked] = [await open('health'), await open('sessions'), await open('sql')]
  const database = region(health, 'Database')
  await expect(database).toContainText('Up to date')
  await expect(region(list, 'Sessions').getByRole('listitem')).toHaveCount(1)
  const letGo = await holdStore()
  await expect(database).toContainText('It starts by itself, and events are taken meanwhile.')
  await expect(database).toContainText('1: crashed 1')
  await expect(page.getByRole('link', { name: 'Database: starting again' })).toBeVisible()
  await send(collector, [{ type: 'telemetry_toggled', data: { enabled: true } }])
  await expect(figure(page, 'stored')).toHaveText('2')
  await writeSql(asked, 'SELECT count(*) AS events FROM events')
  await asked.getByRole('button', { name: 'Run' }).click()
  const download = asked.waitForEvent('download', patient)
  await asked.getByRole('link', { name: 'CSV' }).click()
  const sql = region(asked, 'SQL')
  await expect(sql).toContainText('Waiting for the database; it is asked again by itself.')
  await expect(sql).toContainText('Waiting for the database; the download begins by itself.')
  await expect(region(list, 'Sessions')).toContainText('Waiting for the database. What is shown is from before.')

  letGo()
  await expect(database).toContainText('Up to date', patient)
  await expect(page.getByRole('link', { name: 'Database' })).toHaveCount(0)
  await expect(region(asked, 'Result').getByRole('cell')).toHaveText('2', patient)
  expect((await download).url()).toBe(`${collector.url}/api/dump?format=csv`)
  await expect(region(list, 'Sessions').getByRole('listitem')).toHaveCount(2)
  await expect(list.getByText('Waiting for the database')).toHaveCount(0)
  await expect(asked.getByText('Waiting for the database')).toHaveCount(0)
  await writeSql(asked, 'SELECT range FROM range(1200)')
  await asked.keyboard.press('Control+Enter')
  await expect(sql).toContainText('1,200 rows')
})

test('shows what came of an answer that broke off, and why; and why a query was killed', async ({
  page,
  browserErrors,
}) => {
  browserErrors.expect(/status of 503/)
  const columns = [{ name: 'n', type: 'INTEGER' }]
  const error = { code: 'query_timeout', message: 'The query took longer than 5 s.' }
  await page.route('**/api/query', (route) =>
    route.fulfill({ json: { columns, rows: [[1], [2]], truncated: true, error } }),
  )
  await page.goto('/#/sql')
  await page.getByRole('button', { name: 'Run' }).click()
  await expect(region(page, 'SQL').getByRole('alert')).toHaveText(error.message)
  await expect(region(page, 'SQL')).toContainText('Cut short after 2 rows')
  await expect(region(page, 'Result').getByRole('cell')).toHaveText(['1', '2'])
  const killed = { code: 'query_killed', message: 'The store had to be ended. Narrow it with WHERE.' }
  await page.route('**/api/query', (route) => route.fulfill({ status: 503, json: { error: killed } }))
  await page.getByRole('button', { name: 'Run' }).click()
  await expect(region(page, 'SQL').getByRole('alert')).toHaveText(killed.message)
  await expect(region(page, 'Result')).toHaveCount(0)
})

test('says what a proxy answers in the place of a collector, and asks again', async ({
  page,
  collector,
  browserErrors,
}) => {
  browserErrors.expect(/status of 502|^Failed to load resource: net::/)
  const front = await openFront(collector.url)
  try {
    await page.goto(front.url)
    const link = page.getByRole('status').first()
    await expect(link).toHaveText('Link up')
    front.answerWith(502)
    await expect(page.getByText(/^Lost at .*: The collector, or a proxy before it, answered 502\./)).toBeVisible()
    front.answerWith(undefined)
    await expect(link).toHaveText('Link up')
  } finally {
    await front.close()
  }
})

test('is open in eight tabs at once, over one feed', async ({ context, collector }) => {
  const tabs: Page[] = []
  for (let at = 0; at < 8; at++) {
    const tab = await context.newPage()
    await tab.goto('/')
    await expect(tab.getByRole('status').first()).toHaveText('Link up')
    tabs.push(tab)
  }
  expect(await listenersOf(collector)).toBe(1)
  await send(collector, [{ type: 'telemetry_toggled', data: { enabled: true } }])
  for (const tab of tabs) {
    await expect(figure(tab, 'stored')).toHaveText('1')
    await expect(tailCell(tab, 'telemetry_toggled')).toBeVisible()
  }
  // Those that stay go on, whoever was there first.
  for (const tab of tabs.slice(0, 7)) await tab.close()
  await send(collector, [{ type: 'telemetry_toggled', data: { enabled: true } }])
  await expect(figure(tabs[7] as Page, 'stored')).toHaveText('2')
  await tabs[7]?.close()
  await expect.poll(() => listenersOf(collector)).toBe(0)
})

test('goes on with the feed when somebody comes back to it', async ({ page, collector }) => {
  await page.goto('/')
  await expect(page.getByRole('status').first()).toHaveText('Link up')
  const turn = (type: string) =>
    page.evaluate((name) => dispatchEvent(new PageTransitionEvent(name, { persisted: true })), type)
  await turn('pagehide')
  await expect.poll(() => listenersOf(collector)).toBe(0)
  await turn('pageshow')
  await send(collector, [{ type: 'telemetry_toggled', data: { enabled: true } }])
  await expect(figure(page, 'stored')).toHaveText('1')
})

test.describe('where a browser has no shared workers', () => {
  test('has its own feed', async ({ page, collector }) => {
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'))
    await page.goto('/')
    await expect(page.getByRole('status').first()).toHaveText('Link up')
    await send(collector, [{ type: 'telemetry_toggled', data: { enabled: true } }])
    await expect(tailCell(page, 'telemetry_toggled')).toBeVisible()
  })

  test('gives its connection back while nobody sees it', async ({ page, collector }) => {
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'))
    await page.goto('/')
    await expect.poll(() => listenersOf(collector)).toBe(1)
    // A headless browser shows every page at all times.
    const setHidden = (hidden: boolean) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value })
        document.dispatchEvent(new Event('visibilitychange'))
      }, hidden)
    await setHidden(true)
    await expect.poll(() => listenersOf(collector)).toBe(0)
    await setHidden(false)
    await expect.poll(() => listenersOf(collector)).toBe(1)
  })
})

test('counts the types that it does not list, and says where nothing of a session was stored', async ({ browser }) => {
  const open = await openTestCollector({ events: 'any' })
  const page = await browser.newPage()
  try {
    const events = Array.from({ length: 20 }, (_, at) => ({ type: `type_${String(at).padStart(2, '0')}` }))
    await send(open, [...events, ...events.slice(0, 14), ...events.slice(0, 14), ...events.slice(14, 16)])
    await send(open, [{ type: '' }])
    await page.goto(open.url)
    await expect(region(page, 'Event types')).toContainText('and 6 other types, 8 events')
    await turnTo(page, 'Sessions')
    await expect(region(page, 'Sessions').getByRole('listitem').first()).toContainText('nothing stored')
  } finally {
    await page.close()
    await open.close()
  }
})

test('answers no page elsewhere, and opens where one has a link to it', async ({ page, collector, browserErrors }) => {
  browserErrors.expect(/status of 403|ERR_BLOCKED_BY_RESPONSE/)
  const front = await openFront(collector.url)
  try {
    // To a browser `localhost` and `127.0.0.1` are two sites.
    await page.goto(`${front.url.replace('127.0.0.1', 'localhost')}/elsewhere/`)
    for (const path of ['/api/dump?format=csv', '/api/sessions']) {
      await page.evaluate(
        (url) =>
          new Promise((resolve) => {
            const image = new Image()
            image.onerror = resolve
            image.src = url
          }),
        front.url + path,
      )
    }
    expect(front.answers.filter((answer) => answer.includes('/api/'))).toEqual(['403 /api/dump', '403 /api/sessions'])
    await page.evaluate((url) => {
      const link = document.createElement('a')
      link.href = url
      link.textContent = 'The telemetry'
      document.body.append(link)
    }, `${front.url}/`)
    await page.getByRole('link', { name: 'The telemetry' }).click()
    await expect(page.getByRole('status').first()).toHaveText('Link up')
  } finally {
    await front.close()
  }
})

test.describe('with a read token', () => {
  test.use({ collectorOptions: { readToken: 'open sesame' } })

  test('asks for it, once', async ({ page, browserErrors }) => {
    browserErrors.expect(/status of 401/)
    await page.goto('/')
    await page.getByLabel('Read token').fill('open barley')
    await page.getByRole('button', { name: 'Open' }).click()
    await expect(page.getByRole('alert')).toHaveText('This is not the read token.')
    await page.getByLabel('Read token').fill('open sesame')
    await page.getByRole('button', { name: 'Open' }).click()
    await turnTo(page, 'Sessions')
    await expect(region(page, 'Sessions')).toContainText('No session yet')
    await page.reload()
    await expect(page.getByRole('status').first()).toHaveText('Link up')
    expect(await page.evaluate(() => document.cookie)).toBe('')
  })

  test('lives under whatever path a proxy gives it, and its cookie as well', async ({
    page,
    collector,
    context,
    browserErrors,
  }) => {
    browserErrors.expect(/status of 401/)
    const front = await openFront(collector.url, '/tools/downlink')
    try {
      await page.goto(`${front.url}/`)
      await page.getByLabel('Read token').fill('open sesame')
      await page.getByRole('button', { name: 'Open' }).click()
      await expect(page.getByRole('status').first()).toHaveText('Link up')
      await send({ ...collector, url: front.url }, [{ type: 'telemetry_toggled', data: { enabled: true } }])
      await expect(tailCell(page, 'telemetry_toggled')).toBeVisible()
      await turnTo(page, 'SQL')
      await writeSql(page, 'SELECT 6 * 7 AS answer')
      await page.getByRole('button', { name: 'Run' }).click()
      await expect(region(page, 'Result').getByRole('cell')).toHaveText('42')
      const download = page.waitForEvent('download')
      await page.getByRole('link', { name: 'CSV' }).click()
      expect((await download).url()).toBe(`${front.url}/api/dump?format=csv`)
      expect(await context.cookies()).toMatchObject([
        { path: '/tools/downlink/api', httpOnly: true, sameSite: 'Strict' },
      ])
    } finally {
      await front.close()
    }
  })

  test('keeps two collectors of one host apart', async ({ page, collector, browserErrors }) => {
    browserErrors.expect(/status of 401/)
    const other = await openTestCollector({ readToken: 'open barley' })
    try {
      for (const [url, token] of [
        [collector.url, 'open sesame'],
        [other.url, 'open barley'],
      ] as const) {
        await page.goto(url)
        await page.getByLabel('Read token').fill(token)
        await page.getByRole('button', { name: 'Open' }).click()
        await expect(page.getByRole('status').first()).toHaveText('Link up')
      }
      await page.goto(collector.url)
      await expect(page.getByRole('status').first()).toHaveText('Link up')
    } finally {
      await other.close()
    }
  })
})
