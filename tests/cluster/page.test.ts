/** The collector's page over NATS and ClickHouse, in a real browser: each of its views, and what it says while sinks are behind. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createTelemetry } from '@downlink/client'
import game from '@downlink/red-vs-blue'
import { type Browser, expect, type Page } from '@playwright/test'
import { onTestFinished, it as test } from 'vitest'
import { WebSocket } from 'ws'
import { chromiumAdvice, findChromium, launchChromium } from '../../tools/chromium.ts'
import { sendSitting, sittings } from '../battle-sittings.ts'
import { listenForBrowserErrors } from '../e2e/fixtures/browser-errors.ts'
import { writeSql } from '../e2e/page/write-sql.ts'
import { sharedClickHouse } from './clickhouse-process.ts'
import { aClusterCollector, aClusterSink } from './cluster-harness.ts'
import { aNatsCluster } from './nats-servers.ts'

const aDatabase = sharedClickHouse()

/** Where pictures of the views go; none are made where it is not named. */
const pictures = process.env.DOWNLINK_PICTURES

async function aPage(baseURL: string): Promise<{ readonly page: Page; readonly errors: () => readonly string[] }> {
  const browser: Browser = await launchChromium()
  onTestFinished(() => browser.close())
  const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })
  const heard = listenForBrowserErrors(context)
  // Of the query that is wrong.
  heard.expect(/status of 400/)
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  return { page, errors: () => heard.all }
}

async function take(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return
  await mkdir(pictures, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`), fullPage: true })
  }
}

const patient = expect.configure({ timeout: 30_000 })
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const line = (page: Page, name: string) => page.locator('.lines > div', { has: page.getByText(name, { exact: true }) })

const questions = [
  ...['breakdown', 'clock-skew', 'delay', 'errors-by-build', 'frame-time', 'funnel', 'heat-map', 'rejections'],
  ...['retention', 'session-length', 'slowest-frames', 'volume'],
]

async function showLive(page: Page, collector: string): Promise<void> {
  await page.goto('/#/live')
  // What is stored comes first; it goes on with what comes.
  await patient(region(page, 'Newest events').getByRole('row').nth(2)).toBeVisible()
  const telemetry = createTelemetry({
    ...{ url: 'ws://collector/telemetry', enabled: true, drainIntervalMs: 10 },
    environment: {
      createSocket: (_address, protocols) =>
        new WebSocket(`${collector.replace('http', 'ws')}/telemetry`, [...protocols]) as never,
    },
  })
  onTestFinished(() => telemetry.stop())
  telemetry.start()
  for (let at = 0; at < 30; at++) telemetry.push('telemetry_toggled', { enabled: true })
  await patient(region(page, 'Newest events').getByText('telemetry_toggled').first()).toBeVisible()
  await patient(page.locator('main')).toContainText('Of this collector, since it started')
  await take(page, 'live')
}

async function showSessions(page: Page): Promise<void> {
  await page.goto('/#/sessions')
  const found = page.locator('main a[href^="#/sessions/"]')
  await patient(found).toHaveCount(sittings.length + 1)
  await take(page, 'sessions')
  await found.last().click()
  await patient(region(page, 'Session')).toContainText('ada')
  await patient(region(page, 'Timeline').locator('canvas').first()).toBeVisible()
  await patient(region(page, 'Events').getByRole('option').first()).toBeVisible()
  await take(page, 'session')
}

async function showQuestions(page: Page): Promise<void> {
  await page.goto('/#/questions')
  await patient(region(page, 'What every game gets asked').getByRole('link')).toHaveCount(questions.length)
  await take(page, 'questions')
  for (const name of questions) {
    await page.goto(`/#/questions/${name}`)
    await patient(page).toHaveTitle(`${name} · Questions · Downlink`)
    await patient(region(page, 'Answer').getByRole('img'), name).toBeVisible()
    await patient(region(page, 'Result').getByRole('row').nth(1).getByRole('cell').first()).not.toBeEmpty()
    await take(page, `question-${name}`)
  }
}

async function showSql(page: Page): Promise<void> {
  await page.goto('/#/sql')
  await patient(page.locator('.cm-content')).toBeVisible()
  await take(page, 'sql-begin')
  await writeSql(page, 'SELECT type, count() AS events FROM events GROUP BY type ORDER BY events DESC')
  await page.keyboard.press('Control+Enter')
  await patient(region(page, 'Result').getByRole('row').nth(1)).toContainText('bullet_fired')
  await take(page, 'sql')
  await writeSql(page, 'SELECT seq, nothing_such FROM events')
  await page.keyboard.press('Control+Enter')
  await patient(page.getByRole('alert').first()).toContainText('nothing_such')
  await take(page, 'sql-error')
}

test('shows what players sent in each of its views, and how the cluster stands', async (context) => {
  if (findChromium() === undefined) return context.skip(chromiumAdvice())
  const nats = await aNatsCluster()
  const clickhouse = await aDatabase()
  const { url } = await aClusterCollector(nats, clickhouse, { page: true, events: game.events })
  const { page, errors } = await aPage(url)
  for (const sitting of sittings) await sendSitting(url, sitting)

  // No sink runs yet: the page says so, and what is read says as of when it is.
  await page.goto('/#/health')
  await patient(line(page, 'Sinks')).toContainText('none runs')
  await patient(line(page, 'Sinks')).toContainText('start downlink sink')
  await patient(page.getByRole('link', { name: /Database: \d+ s behind/ })).toBeVisible()
  await take(page, 'health-no-sink')

  await aClusterSink(nats, clickhouse)
  await patient(line(page, 'Sinks')).toContainText('1, with 64 of 64 partitions')
  await patient(line(page, 'Behind the log')).toContainText('not at all')
  await patient(line(page, 'State')).toContainText('Up to date')
  await patient(line(page, 'Copies')).toContainText('3 of 3 have all of it')
  await patient(region(page, 'Versions')).toContainText(/ClickHouse\s*\d+\.\d+/)
  await patient(page.locator('main')).not.toContainText('DuckDB')
  await take(page, 'health')

  await showLive(page, url)
  await showSessions(page)
  await showQuestions(page)
  await page.goto('/#/rejected')
  await patient(page.locator('main')).toContainText('invalid_payload')
  await take(page, 'rejected')
  await showSql(page)
  expect(errors()).toEqual([])
}, 300_000)
