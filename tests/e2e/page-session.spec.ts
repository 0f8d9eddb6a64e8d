/** One session on the page: its timeline, events, details and map, and an address that opens the same moment. */
import type { Locator, Page } from '@playwright/test'
import { playSession, type SentEvent } from './fixtures/players.ts'
import { expect, test } from './fixtures/test.ts'
import type { TestCollector } from './fixtures/test-collector.ts'
import { expectAccessible } from './page/accessible.ts'

test.use({ collectorOptions: { events: 'any' } })

const count = (value: number): string => new Intl.NumberFormat('en').format(value)
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const stack = `TypeError: Cannot read properties of undefined (reading 'hull')
    at Ship.hit (https://game.example/assets/index-abc.js?v=1:120:13)
    at tick (https://game.example/assets/index-abc.js:9:1)`

/** Ten seconds of play: shots and moves, frame times, and what breaks at the end. */
function aFlight(startMs: number): readonly SentEvent[] {
  const events: SentEvent[] = []
  for (let at = 0; at < 10_000; at += 50) {
    const timestamp = startMs + at
    const angle = at / 900
    const place = { x: Math.round(400 + Math.cos(angle) * (at / 30)), y: Math.round(300 + Math.sin(angle) * (at / 40)) }
    events.push({ type: 'ship_moved', timestamp, data: { shipId: 'red-1', ...place } })
    if (at % 250 === 0) events.push({ type: 'bullet_fired', timestamp, data: { shipId: 'red-1', angle } })
    if (at % 1000 === 0) {
      events.push({ type: 'frame_stats', timestamp, data: { fps: 60, p95Ms: 16 + (at / 1000) * 4, worstMs: 60 } })
    }
  }
  events.push({
    type: 'js_error',
    timestamp: startMs + 9990,
    data: {
      message: "Cannot read properties of undefined (reading 'hull')",
      stack,
      build: { commit: 'abc', tags: ['a', 'b'] },
    },
  })
  return events
}

const playFlight = (collector: Pick<TestCollector, 'url'>, over: object = {}) => {
  const startMs = Date.now() - 12_000
  const [first, ...others] = aFlight(startMs)
  const events = [...(first ? [first] : []), { drop: { overflow: 12 } }, { type: '', timestamp: startMs }, ...others]
  return playSession(collector.url, { build: '1.4.2', labels: { player: 'nova', level: 'nebula' }, events, ...over })
}

test('shows what became of all of it, in words and by row', async ({ page, collector }) => {
  const session = await playFlight(collector)
  await page.goto(`/#/sessions/${session}`)
  const head = region(page, 'Session')
  await expect(head).toContainText('nova')
  await expect(head).toContainText('1.4.2')
  await expect(head).toContainText(
    'Of 264 events that it pushed 251 are stored, 1 is rejected (bad_event 1) and 12 are dropped by the client (overflow 12). Nothing is missing. It ended in order.',
  )
  const rows = page.getByRole('list', { name: 'Rows' })
  await expect(rows.getByRole('listitem')).toContainText([
    'frame_stats.p95Ms',
    'Link',
    'Errors',
    'Rejected',
    'Not stored',
    'ship_moved',
    'bullet_fired',
    'frame_stats',
    'js_error',
  ])
  await expect(region(page, 'Map')).toContainText('200 places')
  await expectAccessible(page, 'session')
})

test('shows what an event happened in, and how the labels of its session changed', async ({ page, collector }) => {
  const event = (more: object): SentEvent => ({ type: 'jumped', timestamp: Date.now(), data: { n: 1 }, ...more })
  const session = await playSession(collector.url, {
    labels: { player: 'guest' },
    events: [event({}), event({ context: { level: 'nebula' }, labels: { player: 'nova' } })],
  })
  await page.goto(`/#/sessions/${session}`)
  const changes = region(page, 'Session').getByRole('region', { name: 'Labels that changed' })
  await expect(changes.getByRole('listitem')).toHaveText('From event 2 player guest → nova')
  await page.getByRole('listbox', { name: 'Events' }).getByRole('option').nth(1).click()
  await expect(region(page, 'Context')).toContainText('nebula')
  await expectAccessible(page, 'session with a history')
  await changes.getByRole('link', { name: 'guest' }).click()
  await expect(page.getByRole('link', { name: `nova …${session.slice(-8)}` })).toBeVisible()
})

test('has for a type the colour that it has everywhere', async ({ page, collector }) => {
  const session = await playFlight(collector)
  const types = ['bullet_fired', 'frame_stats', 'js_error', 'ship_moved']
  const hueOf = async (locator: Locator) => /hue-\d/.exec((await locator.getAttribute('class')) ?? '')?.[0]
  await page.goto('/')
  const table = page.getByRole('region', { name: 'Event types' })
  await expect(table.locator('tbody tr')).toHaveCount(types.length)
  const live = await Promise.all(types.map((type) => hueOf(table.locator('tbody tr', { hasText: type }))))
  expect(new Set(live).size).toBe(types.length)
  await page.goto(`/#/sessions/${session}`)
  const rows = page.getByRole('list', { name: 'Rows' }).locator('label')
  await expect(rows).toHaveCount(types.length)
  expect(await Promise.all(types.map((type) => hueOf(rows.filter({ hasText: type }))))).toEqual(live)
  await page.goto('/#/questions/volume')
  const legend = page.locator('.legend li')
  await expect(legend).toHaveCount(types.length)
  expect(await Promise.all(types.map((type) => hueOf(legend.filter({ hasText: type }))))).toEqual(live)
})

test('selects by click, key and list, all in step, and steps by type', async ({ page, collector }) => {
  const session = await playFlight(collector)
  await page.goto(`/#/sessions/${session}`)
  const details = region(page, 'Event')
  await expect(details).toContainText('No event is selected')
  const list = page.getByRole('listbox', { name: 'Events' })
  await list.getByRole('option').nth(1).click()
  await expect(details.getByRole('heading', { level: 3 }).first()).toHaveText('bullet_fired')
  await list.press('ArrowDown')
  await expect(details).toContainText('frame_stats')
  await page.keyboard.press(']')
  await expect(details).toContainText('0:01.000')
  await expect(list.getByRole('option', { selected: true })).toContainText('"p95Ms":20')
  await page.keyboard.press('[')
  await expect(details).toContainText('0:00.000')
  await page.keyboard.press('End')
  const timeline = page.getByRole('application', { name: /Timeline/ })
  const plot = await timeline.boundingBox()
  if (!plot) throw new Error('Expected a timeline')
  await page.mouse.click(plot.x + plot.width * 0.5, plot.y + 24 + 52 + 4 * 22 + 11)
  await expect(details).toContainText('ship_moved')
  await expect(details).toContainText('0:05.000')
  await expect(page).toHaveURL(/event=\d+/)
})

test('zooms from all of it to a frame, by wheel, keys and buttons, and the address says where', async ({
  page,
  collector,
  context,
}) => {
  const session = await playFlight(collector)
  await page.goto(`/#/sessions/${session}`)
  const panel = region(page, 'Timeline')
  await expect(panel).toContainText('251 events in sight')
  await page.getByRole('button', { name: 'Last second' }).click()
  await expect(panel).toContainText('0:08.990 to 0:10.040')
  const timeline = page.getByRole('application', { name: /Timeline/ })
  await timeline.focus()
  for (let press = 0; press < 20; press++) await timeline.press('ArrowUp')
  await expect(page).toHaveURL(/from=\d+&to=\d+/)
  const shown = await panel.locator('.span-text').innerText()
  expect(shown).toMatch(/0:09\.\d+ to 0:09\.\d+/)
  const colleague = await context.newPage()
  // The address follows a moment after the last key.
  await expect(async () => {
    await colleague.goto(page.url())
    await expect(region(colleague, 'Timeline').locator('.span-text')).toHaveText(shown, { timeout: 2000 })
  }).toPass()
  await timeline.press('Home')
  await expect(panel).toContainText('251 events in sight')
  const plot = await timeline.boundingBox()
  if (!plot) throw new Error('Expected a timeline')
  await page.mouse.move(plot.x + 10, plot.y + 40)
  await page.mouse.wheel(0, -400)
  await expect(panel).not.toContainText('251 events in sight')
  await page.mouse.wheel(0, 4000)
  await expect(panel).toContainText('251 events in sight')
})

test.describe('on a touch screen', () => {
  test.use({ hasTouch: true })

  test('zooms by pinch, and moves by drag', async ({ page, collector, context }) => {
    const session = await playFlight(collector)
    await page.goto(`/#/sessions/${session}`)
    const panel = region(page, 'Timeline')
    await expect(panel).toContainText('251 events in sight')
    const plot = await page.getByRole('application', { name: /Timeline/ }).boundingBox()
    if (!plot) throw new Error('Expected a timeline')
    const devtools = await context.newCDPSession(page)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...xs: readonly number[]) =>
      devtools.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: xs.map((x, id) => ({ x: plot.x + x, y: plot.y + 60, id })),
      })
    await touch('touchStart', 300, 400)
    for (let step = 0; step <= 10; step++) await touch('touchMove', 300 - step * 20, 400 + step * 20)
    await touch('touchEnd')
    await expect(panel).not.toContainText('251 events in sight')
    const zoomed = await panel.locator('.span-text').innerText()
    await touch('touchStart', 400)
    for (let step = 0; step <= 10; step++) await touch('touchMove', 400 - step * 10)
    await touch('touchEnd')
    await expect(panel.locator('.span-text')).not.toHaveText(zoomed)
  })
})

test('tells an event with its stack, payload and neighbours, and copies it', async ({ page, collector, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const session = await playFlight(collector)
  await page.goto(`/#/sessions/${session}?event=264`)
  const details = region(page, 'Event')
  await expect(details.getByRole('region', { name: 'Stack' })).toContainText('Ship.hit assets/index-abc.js:120:13')
  await expect(details.getByRole('region', { name: 'Payload' })).toContainText('commit abc')
  await expect(details.getByRole('region', { name: 'Neighbours' })).toContainText('ship_moved')
  const copied = async (name: string) => {
    await details.getByRole('button', { name }).click()
    await expect(details).toContainText(`Copied as ${name}.`)
    return page.evaluate(() => navigator.clipboard.readText())
  }
  expect(JSON.parse(await copied('JSON'))).toMatchObject({ sessionId: session, seq: 264, type: 'js_error' })
  expect(await copied('SQL')).toBe(`SELECT * FROM events WHERE session_id = '${session}' AND seq = 264`)
  expect(await copied('Playwright')).toMatch(/^await expect\(telemetry\)\.toHaveReceived\('js_error', \{\n/)
  await expectAccessible(page, 'session-event')
})

test('hides a type from timeline, list and address', async ({ page, collector }) => {
  const session = await playFlight(collector)
  await page.goto(`/#/sessions/${session}`)
  await page.getByRole('checkbox', { name: 'ship_moved' }).uncheck()
  await expect(region(page, 'Events')).toContainText('51 of 251')
  await expect(region(page, 'Map')).toContainText('0 places')
  await expect(page).toHaveURL(/hide=/)
  await page.reload()
  await expect(region(page, 'Events')).toContainText('51 of 251')
})

test('shows the times of the device on demand', async ({ page, collector }) => {
  const hourMs = 3_600_000
  const session = await playSession(collector.url, {
    now: Date.now() - hourMs,
    events: aFlight(Date.now() - hourMs - 12_000),
  })
  await page.goto(`/#/sessions/${session}?event=1`)
  const details = region(page, 'Event')
  await expect(details).toContainText(/Device's clock.*ms behind/)
  await expect(details).toContainText('Time, corrected')
  await page.getByRole('radio', { name: "Device's" }).check()
  await expect(details).toContainText("Time, device's")
  await expect(page).toHaveURL(/clock=device/)
})

test('shows a session whose clock jumped by years by when its events came, and its own times on demand', async ({
  page,
  collector,
}) => {
  const yearMs = 31_536_000_000
  const flight = aFlight(Date.now() - 12_000)
  const events = flight.map((event, at) => (at < 100 ? event : { ...event, timestamp: event.timestamp + 10 * yearMs }))
  const session = await playSession(collector.url, { events })
  await page.goto(`/#/sessions/${session}`)
  const panel = region(page, 'Timeline')
  await expect(panel).toContainText(`${events.length} events in sight`)
  await expect(page.getByRole('radio', { name: 'Received' })).toBeChecked()
  await expect(panel).toContainText('clock was set by more than a day')
  await expect(region(page, 'Session')).not.toContainText('3,650 d')
  await expectAccessible(page, 'session-clock-jumped')
  await page.getByRole('radio', { name: 'Corrected' }).check()
  await expect(page).toHaveURL(/clock=corrected/)
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await expect(panel).toContainText('3,7')
  await expectAccessible(page, 'session-over-years')
  await page.reload()
  await expect(page.getByRole('radio', { name: 'Corrected' })).toBeChecked()
  await page.goto('/#/sessions?sort=length')
  await expect(page.getByRole('region', { name: 'Sessions', exact: true }).getByRole('listitem')).toContainText(
    'ended · 0 s',
  )
})

test('scrubs through time on the map, with one cursor for all', async ({ page, collector }) => {
  const session = await playFlight(collector)
  await page.goto(`/#/sessions/${session}`)
  const scrub = page.getByRole('slider', { name: 'Time on the map' })
  await scrub.fill('100')
  await expect(scrub).toHaveAttribute('aria-valuetext', '0:05.000')
  await expect(page.getByRole('listbox', { name: 'Events' }).getByRole('option', { selected: true })).toContainText(
    'ship_moved',
  )
})

test('says that there is no such session, and where there are some', async ({ page, browserErrors }) => {
  browserErrors.expect(/404/)
  await page.goto('/#/sessions/nobody')
  await expect(page.getByRole('main')).toContainText('There is no such session')
  await expectAccessible(page, 'session-unknown')
  await page.getByRole('link', { name: 'All sessions' }).click()
  await expect(page).toHaveURL(/#\/sessions$/)
})

test('says where nothing of it is stored', async ({ page, collector }) => {
  const session = await playSession(collector.url, { events: [{ type: '', timestamp: 1 }, { drop: { disabled: 3 } }] })
  await page.goto(`/#/sessions/${session}`)
  await expect(region(page, 'Timeline')).toContainText('No event of it is stored')
  await expect(region(page, 'Timeline')).toContainText('bad_event')
  await expectAccessible(page, 'session-empty')
})

test('says what went wrong, and asks again on demand', async ({ page, collector, browserErrors }) => {
  browserErrors.expect(/500/)
  const session = await playFlight(collector)
  await page.route('**/ledger', (route) =>
    route.fulfill({ status: 500, json: { error: { code: 'internal', message: 'The log says what.' } } }),
  )
  await page.goto(`/#/sessions/${session}`)
  await expect(page.getByRole('alert')).toContainText('The log says what.')
  await expectAccessible(page, 'session-failed')
  await page.unroute('**/ledger')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(region(page, 'Timeline')).toContainText('251 events in sight')
})

test('waits while it loads', async ({ page, collector }) => {
  const session = await playFlight(collector)
  let goOn = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  await page.route('**/ledger', async (route) => {
    await held
    await route.continue()
  })
  await page.goto(`/#/sessions/${session}`)
  await expect(page.getByRole('main')).toContainText('Loading the session')
  await expectAccessible(page, 'session-loading')
  goOn()
  await expect(region(page, 'Timeline')).toContainText('251 events in sight')
})

test('waits for the database, and goes on by itself', async ({ page, collector, holdStore }) => {
  const session = await playFlight(collector)
  await page.goto('/#/health')
  const letGo = await holdStore()
  await page.goto(`/#/sessions/${session}`)
  await expect(page.getByRole('main')).toContainText('Waiting for the database')
  await expectAccessible(page, 'session-away')
  letGo()
  await expect(region(page, 'Timeline')).toContainText('251 events in sight', { timeout: 90_000 })
})

test.describe('of a game', () => {
  test.use({ collectorOptions: { events: 'game' } })

  test('says that nobody answers, keeps what there is, and goes on by itself', async ({
    battle,
    collector,
    browser,
    browserErrors,
  }) => {
    browserErrors.expect(/ERR_|WebSocket|network/)
    await battle.open()
    await battle.begin()
    await battle.playOn(60)
    await expect.poll(async () => (await collector.sessions()).length).toBe(1)
    const [session] = await collector.sessions()
    const page = await (await browser.newContext()).newPage()
    await page.goto(`${collector.url}/#/sessions/${session}`)
    const head = region(page, 'Session')
    await expect(head).toContainText('It goes on.')
    await page.context().setOffline(true)
    await expect(head).toContainText('The collector does not answer; it is asked again by itself.')
    await expect(region(page, 'Timeline')).toContainText('events in sight')
    await page.context().setOffline(false)
    await expect(head).not.toContainText('does not answer')
    await page.context().close()
  })

  test('follows a session that goes on', async ({ battle, collector, context }) => {
    await battle.open()
    await battle.begin()
    await battle.playOn(60)
    await expect.poll(async () => (await collector.sessions()).length).toBe(1)
    const [session] = await collector.sessions()
    const follower = await context.newPage()
    await follower.goto(`/#/sessions/${session}`)
    const timeline = region(follower, 'Timeline')
    await expect(timeline).toContainText('events in sight')
    await expect(region(follower, 'Session')).toContainText('It goes on.')
    const shown = async () => Number(/([\d,]+) events?\b/.exec(await timeline.innerText())?.[1]?.replaceAll(',', ''))
    const before = await shown()
    await battle.playOn(100)
    await expect.poll(shown).toBeGreaterThan(before)
  })
})

test('opens a session of a hundred thousand events, and stays smooth', async ({ page, collector }, testInfo) => {
  test.setTimeout(600_000)
  const events = 100_000
  const startMs = Date.now() - 3_600_000
  const session = await playSession(collector.url, {
    events: Array.from({ length: events }, (_, at) => ({
      type: `type_${(at * at) % 23}`,
      timestamp: startMs + at * 36,
      data: { at, x: at % 1000, y: (at * 7) % 800, frameMs: 16 + (at % 40) },
    })),
  })
  await page.addInitScript(() => {
    const tasks: number[] = []
    Object.assign(globalThis, { longTasks: tasks })
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(Math.round(duration))
    }).observe({ type: 'longtask', buffered: true })
  })
  await page.goto(`/#/sessions/${session}`)
  const panel = region(page, 'Timeline')
  await expect(panel).toContainText(`${count(events)} events in sight`, { timeout: 90_000 })
  await expect(region(page, 'Map')).toContainText('100,000 places', { timeout: 90_000 })
  const plot = await page.getByRole('application', { name: /Timeline/ }).boundingBox()
  if (!plot) throw new Error('Expected a timeline')
  await page.mouse.move(plot.x + plot.width / 2, plot.y + 100)
  for (let step = 0; step < 30; step++) await page.mouse.wheel(0, -200)
  for (let step = 0; step < 30; step++) await page.mouse.wheel(0, 200)
  await expect(panel).toContainText(`${count(events)} events in sight`)
  await page.mouse.down()
  for (let step = 0; step < 20; step++) await page.mouse.move(plot.x + plot.width / 2 - step * 10, plot.y + 100)
  await page.mouse.up()
  const list = page.getByRole('listbox', { name: 'Events' })
  for (const key of ['End', 'PageUp', 'ArrowUp', 'Home', 'PageDown']) await list.press(key)
  await page.keyboard.press(']')
  await list.press('End')
  await expect(list.getByRole('option', { selected: true })).toContainText('"at":99999')
  const longTasks = await page.evaluate(() => Reflect.get(globalThis, 'longTasks') as number[])
  // Told, and not judged: a busy machine takes its time.
  testInfo.annotations.push({ type: 'long tasks, ms', description: JSON.stringify(longTasks) })
  await expectAccessible(page, 'session-large')
})
