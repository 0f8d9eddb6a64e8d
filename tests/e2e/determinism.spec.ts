/** The same seed gives the same battle, byte for byte, in Node and in a browser. */
import { digestBattle } from '@downlink/red-vs-blue'
import { goldenDigest } from '../../games/red-vs-blue/src/test-doubles.ts'
import { expect, test } from './fixtures/test.ts'

test('plays the same battles as Node, to the last byte', async ({ battle, page }) => {
  await battle.open()
  const play = (battle: { seed: number; ticks: number }): Promise<string> =>
    page.evaluate((battle) => redVsBlue.digestBattle(battle), battle)

  expect(await play({ seed: 7, ticks: 3600 })).toBe(goldenDigest)
  for (const seed of [0, 1, 4_294_967_295]) {
    expect(await play({ seed, ticks: 600 })).toBe(digestBattle({ seed, ticks: 600 }))
  }
})
