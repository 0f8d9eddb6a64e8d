/** A battle is played, and all of it arrives. */
import { expectConserved } from './fixtures/conservation.ts'
import { expect, test } from './fixtures/test.ts'

test('stores every event of a battle once, in order, and the HUD agrees with the ledger', async ({
  battle,
  collector,
}, testInfo) => {
  await battle.open()
  await battle.start()
  await expect.poll(() => battle.page.evaluate(() => redVsBlue.game.engine.battle.tick)).toBeGreaterThan(180)
  await expect.poll(() => battle.link()).toBe('open')
  await testInfo.attach('battle', { body: await battle.page.screenshot(), contentType: 'image/png' })

  const events = await expectConserved(collector, battle)
  expect(events.slice(0, 2)).toMatchObject([
    { seq: 1, type: 'round_started', data: { round: 1 } },
    { seq: 2, type: 'ship_spawned', data: { shipId: 'red-1-1' } },
  ])
  const types = new Set(events.map(({ type }) => type))
  expect([...types]).toEqual(expect.arrayContaining(['bullet_fired', 'frame_stats']))
  expect(await collector.sessions()).toEqual([await battle.sessionId()])
})
