/** What a flight recorder is bought for, from a player's complaint to a colleague who sees the same moment. */
import { playSession, type SentEvent } from './fixtures/players.ts'
import { expect, test } from './fixtures/test.ts'

test.use({ collectorOptions: { events: 'any' } })

const message = "Cannot read properties of undefined (reading 'hull')"
const stack = `TypeError: ${message}
    at Ship.hit (https://game.example/assets/index-abc.js:120:13)
    at tick (https://game.example/assets/index-abc.js:9:1)`

/** Half a minute of play. @param error what it ends with */
function aFlight(error?: object): readonly SentEvent[] {
  const startMs = Date.now() - 31_000
  const moves = Array.from({ length: 300 }, (_, at) => ({
    type: 'ship_moved',
    timestamp: startMs + at * 100,
    data: { x: at, y: at % 50 },
  }))
  const shield = { type: 'shield_lost', timestamp: startMs + 29_950, data: { shipId: 'red-1' } }
  if (error === undefined) return moves
  return [...moves, shield, { type: 'js_error', timestamp: startMs + 29_980, data: error }]
}

test('from a complaint to the moment, to other players, to a colleague', async ({ page, collector, browser }) => {
  const crash = { message, stack }
  const play = (player: string, build: string, error?: object) =>
    playSession(collector.url, { build, labels: { player }, events: aFlight(error) })
  await play('rho', '1.4.2', crash)
  await play('nova', '1.4.1')
  const session = await play('nova', '1.4.2', crash)
  await play('tau', '1.4.1', crash)
  await play('phi', '1.4.2', { message: 'Another one' })

  // The complaint: "I am nova, and it broke."
  await page.goto('/#/sessions')
  await page.getByRole('combobox', { name: 'Player' }).fill('nova')
  await page.getByRole('combobox', { name: 'Errors' }).selectOption('With errors')
  const found = page.getByRole('region', { name: 'Sessions', exact: true }).getByRole('listitem')
  await expect(found).toHaveCount(1)
  await found.getByRole('link', { name: /nova/ }).click()
  await expect(page).toHaveURL(new RegExp(`#/sessions/${session}$`))

  // Its last second.
  await page.getByRole('button', { name: 'Last second' }).click()
  const timeline = page.getByRole('region', { name: 'Timeline', exact: true })
  await expect(timeline).toContainText('0:28.980 to 0:30.030')
  const list = page.getByRole('listbox', { name: 'Events' })
  await list.press('End')
  await list.press('ArrowUp')
  const details = page.getByRole('region', { name: 'Event', exact: true })
  await expect(details).toContainText('shield_lost')
  await page.keyboard.press('j')
  await expect(details.getByRole('region', { name: 'Stack' })).toContainText('Ship.hit assets/index-abc.js:120:13')
  await expect(details.getByRole('region', { name: 'Neighbours' })).toContainText('−30 ms')

  // Who else has it?
  await details.getByRole('button', { name: 'Find it in other sessions of build 1.4.2' }).click()
  const elsewhere = details.getByRole('region', { name: 'The same error elsewhere' })
  await expect(elsewhere).toContainText('In 1 other session of build 1.4.2.')

  // "Look at this."
  await expect(page).toHaveURL(/from=\d+&to=\d+&event=302$/)
  const colleague = await browser.newContext()
  try {
    const theirs = await colleague.newPage()
    await theirs.goto(page.url())
    const shown = await timeline.locator('.span-text').innerText()
    await expect(theirs.getByRole('region', { name: 'Timeline', exact: true }).locator('.span-text')).toHaveText(shown)
    const event = theirs.getByRole('region', { name: 'Event', exact: true })
    await expect(event).toContainText('js_error')
    await expect(event.getByRole('region', { name: 'Stack' })).toContainText(message)
  } finally {
    await colleague.close()
  }

  await elsewhere.getByRole('link', { name: 'rho' }).click()
  await expect(page.getByRole('region', { name: 'Session', exact: true })).toContainText('rho')
  await expect(page.getByRole('region', { name: 'Event', exact: true })).toContainText(message)
})
