/** The view of what happens now: the tail has what was there and what comes, none twice; what is picked stands in the address. */
import type { Locator, Page } from '@playwright/test'
import { WebSocket } from 'ws'
import { expect, test } from './fixtures/test.ts'
import { expectAccessible } from './page/accessible.ts'
import { aSession, stamped } from './page/session.ts'

const region = (page: Page, name: string) => page.getByRole('region', { name })
const tail = (page: Page) => region(page, 'Live tail')
const rows = (page: Page) =>
  tail(page)
    .getByRole('row')
    .filter({ has: page.getByRole('cell') })
const seqs = (page: Page) => rows(page).locator('.seq')
const figure = (page: Page, name: string) => page.locator('.vitals .figure', { hasText: name }).locator('dd')
const linkUp = (page: Page) => expect(page.getByRole('status').first()).toHaveText('Link up')

const frames = { type: 'frame_stats', data: { fps: 60, p50Ms: 1, p95Ms: 2, p99Ms: 3, worstMs: 4, entities: 5 } }
const toggled = { type: 'telemetry_toggled', data: { enabled: true } }

test('begins with what is stored, goes on with what comes, and has nothing twice', async ({ page, collector }) => {
  const session = aSession(collector)
  await session.push(...Array.from({ length: 20 }, () => stamped(toggled)))
  await session.push({ type: 'nonsense', timestamp: Date.now(), data: {} })
  const opened = page.goto('/')
  for (let at = 0; at < 10; at++) await session.push(stamped(toggled))
  await opened
  await linkUp(page)
  await session.push(stamped(toggled))
  await expect(seqs(page).first()).toHaveText('32')
  await expect(tail(page).getByRole('table')).toHaveAttribute('aria-rowcount', '33')
  // As many as have room.
  await expect.poll(async () => (await seqs(page).allInnerTexts()).every((seq, at) => seq === `${32 - at}`)).toBe(true)
  await region(page, 'Newest events').evaluate((element) => element.scrollTo({ top: element.scrollHeight }))
  await expect(seqs(page).last()).toHaveText('1')
  await expect(rows(page).filter({ hasText: 'rejected: unknown_type' })).toHaveCount(1)
})

test('closes the gap of a link that was lost', async ({ page, collector, browserErrors }) => {
  browserErrors.expect(/^Failed to load resource: net::/)
  const session = aSession(collector)
  await page.goto('/')
  await linkUp(page)
  await session.push(stamped(toggled))
  await expect(seqs(page)).toHaveText(['1'])
  collector.wire.cut()
  await expect(page.getByRole('status').first()).toHaveText('Link lost, trying again')
  collector.wire.mend()
  await session.push(stamped(toggled), stamped(toggled))
  await linkUp(page)
  await session.push(stamped(toggled))
  await expect(seqs(page)).toHaveText(['4', '3', '2', '1'])
  await expect(tail(page)).not.toContainText('The link was lost here')
})

test('picks by type, session, build, label and text, as the address says', async ({ page, collector }) => {
  const ada = aSession(collector, { build: '1.2.0', labels: { player: 'Ada' } })
  const bob = aSession(collector, { build: '1.3.0', labels: { player: 'Bob' } })
  await ada.push(stamped(toggled), { type: '', timestamp: 1 })
  await bob.push(stamped(frames))
  const picked = async (query: string, ids: readonly string[]) => {
    await page.goto(`/#/live?${query}`)
    await expect(rows(page).locator('.session-id a')).toHaveText(ids.map((id) => `…${id.slice(-8)}`))
  }
  await picked('', [bob.id, ada.id, ada.id])
  await picked('label=player%3Dada', [ada.id, ada.id])
  await picked('build=1.3', [bob.id])
  await picked(`session=${ada.id}&kind=rejected`, [ada.id])
  await picked('text=FPS', [bob.id])
  await picked('type=toggled&build=1.2', [ada.id])
  await expect(tail(page)).toContainText('1 of the newest 3, which the page has.')

  await picked('', [bob.id, ada.id, ada.id])
  await page.getByRole('searchbox', { name: 'Label' }).pressSequentially('bob')
  await expect(page).toHaveURL(/#\/live\?label=bob$/)
  await expect(rows(page)).toHaveCount(1)
  await page.getByRole('radio', { name: 'Rejected' }).check()
  await expect(tail(page)).toContainText('Nothing like that among the newest.')
  await expectAccessible(page, 'live-nothing-picked')
  await region(page, 'Event types').getByRole('link', { name: 'telemetry_toggled' }).click()
  await expect(page.getByRole('searchbox', { name: 'Type' })).toHaveValue('telemetry_toggled')
  await page.goBack()
  await expect(page).toHaveURL(/#\/live\?label=bob&kind=rejected$/)
})

test('takes what is picked to all that is stored', async ({ page, collector }) => {
  const ada = aSession(collector, { build: '1.2.0', labels: { player: 'Ada' } })
  const bob = aSession(collector, { build: '1.3.0', labels: { player: 'Bob' } })
  await ada.push(stamped(toggled), stamped(frames), { type: '', timestamp: 1 })
  await bob.push(stamped(frames), { type: '', timestamp: 1 })
  const found = async (query: string, seqs: readonly string[]) => {
    await page.goto(`/#/live?${query}`)
    await page.getByRole('link', { name: 'Look through all that is stored' }).click()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    const rows = region(page, 'Result')
      .getByRole('row')
      .filter({ has: page.getByRole('cell') })
    await expect(rows.locator('td:last-child')).toHaveText(seqs)
  }
  await found('label=player%3Dada', ['2', '1'])
  await found(`type=frame&session=${ada.id}&build=1.2&label=ADA&text=FPS`, ['2'])
  await found(`session=${bob.id}&label=bob&kind=rejected`, ['2'])
})

/** Letter by letter, all within a moment, as a quick hand has it on a slow page; then clicks. */
const typeAtOnce = (field: Locator, text: string, click?: string) =>
  field.evaluate(
    (input, { text, click }) => {
      const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set
      for (const letter of text) {
        setValue?.call(input, Reflect.get(input, 'value') + letter)
        input.dispatchEvent(new Event('input', { bubbles: true }))
      }
      if (click !== undefined) document.querySelector<HTMLElement>(click)?.click()
    },
    { text, click },
  )

/** Browsers ignore what is beyond, or throw; the one that Playwright drives is told to let it be. */
const limitAddressChanges = (page: Page) =>
  page.addInitScript(() => {
    const replaceState = history.replaceState.bind(history)
    let changes = 0
    history.replaceState = (...given) => {
      if (++changes <= 100) replaceState(...given)
    }
  })

test('keeps every letter, however fast somebody types, and the address follows', async ({ page, collector }) => {
  await limitAddressChanges(page)
  const text = 'a player of many words '.repeat(14).trim()
  await aSession(collector).push(stamped({ ...toggled, data: { enabled: true, said: text } }), stamped(toggled))
  await page.goto('/')
  await expect(rows(page)).toHaveCount(2)
  const field = page.getByRole('searchbox', { name: 'Text' })
  await typeAtOnce(field, text)
  await expect(field).toHaveValue(text)
  await expect(rows(page)).toHaveCount(1)
  await expect.poll(() => new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('text')).toBe(text)
})

test('leaves what was typed in the address that a link leads away from', async ({ page, collector }) => {
  await aSession(collector).push(stamped(toggled))
  await page.goto('/')
  await expect(rows(page)).toHaveCount(1)
  await typeAtOnce(page.getByRole('searchbox', { name: 'Type' }), 'toggled', 'nav a[href="#/health"]')
  await expect(page).toHaveURL(/#\/health$/)
  await page.goBack()
  await expect(page.getByRole('searchbox', { name: 'Type' })).toHaveValue('toggled')
})

test('holds still for who scrolls down or says so, and goes on', async ({ page, collector }) => {
  const session = aSession(collector)
  await session.push(...Array.from({ length: 190 }, () => stamped(toggled)))
  await page.goto('/')
  await expect(seqs(page).first()).toHaveText('190')
  expect(await rows(page).count()).toBeLessThan(100)
  const scroller = region(page, 'Newest events')
  await scroller.focus()
  await page.keyboard.press('End')
  await expect(seqs(page).last()).toHaveText('1')
  await session.push(stamped(toggled))
  await expect(figure(page, 'stored')).toHaveText('191')
  await expect(seqs(page).last()).toHaveText('1')
  await tail(page).getByRole('button', { name: 'Go on' }).click()
  await expect(seqs(page).first()).toHaveText('191')
  await page.keyboard.press('p')
  await session.push(stamped(toggled))
  await expect(figure(page, 'stored')).toHaveText('192')
  await expect(seqs(page).first()).toHaveText('191')
  await page.keyboard.press('p')
  await expect(seqs(page).first()).toHaveText('192')
})

test('shows rates, commits, and what was rejected, dropped and refused, as it happens', async ({ page, collector }) => {
  const session = aSession(collector)
  await page.goto('/')
  await linkUp(page)
  await expect(region(page, 'Not stored')).toContainText('Nothing was rejected, dropped or refused')
  await expect(tail(page)).toContainText('Listening.')
  await expectAccessible(page, 'live-empty')
  await session.push(stamped(toggled), { type: 'nonsense', timestamp: 1 }, { drop: { overflow: 1 } })
  const headers = { origin: 'https://elsewhere.example' }
  await fetch(`${collector.url}/telemetry`, { method: 'POST', headers, body: '[]' })
  const losses = region(page, 'Not stored').getByRole('listitem')
  await expect(losses.filter({ hasText: 'refused: forbidden' })).toContainText('1')
  await expect(losses.filter({ hasText: 'rejected: unknown_type' })).toContainText('1')
  await expect(losses.filter({ hasText: 'dropped: overflow' })).toContainText('1')
  const socket = new WebSocket(`${collector.url.replace('http', 'ws')}/telemetry`, 'downlink.v1')
  await expect(figure(page, 'commit').first()).toHaveText(/ ms$/)
  await expect(figure(page, 'link')).toHaveText(/ms$/)
  socket.close()
  await expect(page.getByRole('img', { name: /Events a second by type/ })).toBeVisible()
  for (let at = 0; at < 12; at++) {
    await session.push(...Array.from({ length: 8 + at }, () => stamped(toggled)), stamped(frames))
  }
  await expectAccessible(page, 'live')
})

test('says that the link is lost', async ({ page, collector, browserErrors }) => {
  browserErrors.expect(/^Failed to load resource: net::/)
  await page.goto('/')
  await linkUp(page)
  await aSession(collector).push(stamped(toggled))
  await expect(rows(page)).toHaveCount(1)
  collector.wire.cut()
  await expect(figure(page, 'events a second')).toHaveText('–')
  await expect(rows(page)).toHaveCount(1)
  await expectAccessible(page, 'live-link-lost')
})

test('goes on while the database is away, and has what was before once it is back', async ({
  page,
  collector,
  holdStore,
}) => {
  const session = aSession(collector)
  await session.push(stamped(toggled))
  const letGo = await holdStore()
  await page.goto('/')
  await linkUp(page)
  await session.push(stamped(toggled))
  await expect(seqs(page)).toHaveText(['2'])
  await expect(page.getByRole('link', { name: 'Database: starting again' })).toBeVisible()
  await expectAccessible(page, 'live-store-away')
  letGo()
  await expect(seqs(page)).toHaveText(['2', '1'], { timeout: 90_000 })
})
