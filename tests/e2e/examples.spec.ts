/** The examples are built and played as their READMEs say: what their guides promise is in the database. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Collector, createCollector } from '@downlink/collector'
import { type BrowserContext, expect, test } from '@playwright/test'
import { type ExampleSite, openExampleSite } from './fixtures/example-site.ts'

let folder: string
let collector: Collector
let url: string

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-example-'))
  collector = createCollector({ data: folder, logger: false })
  url = (await collector.listen({ port: 0 })).url
})

test.afterEach(async () => {
  await collector.close()
  await rm(folder, { recursive: true, force: true })
})

/** The games send to their own origin, unless the page says otherwise. */
const sendHere = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript((url) => Object.assign(globalThis, { downlinkConfig: { url } }), url)

const typesOf = async (): Promise<unknown[]> =>
  (await collector.query('SELECT DISTINCT type FROM events ORDER BY type')).rows.flat()

test.describe('Phaser', () => {
  let site: ExampleSite | undefined

  test.beforeAll(async () => {
    test.setTimeout(600_000)
    site = await openExampleSite('phaser')
  })
  test.afterAll(() => site?.close())

  test('records its scenes, its steps, and in which scene an event happened', async ({ context, page }) => {
    await sendHere(context)
    await page.goto(site?.url ?? '')
    const endOf = (scene: string) => async (): Promise<readonly unknown[]> =>
      (await collector.query(`SELECT 1 FROM events WHERE type = 'scene_ended' AND (data->>'scene') = '${scene}'`)).rows
    await expect.poll(endOf('Play'), { timeout: 90_000 }).toHaveLength(1)
    await page.locator('canvas').click()
    await expect.poll(endOf('Over'), { timeout: 90_000 }).toHaveLength(1)
    const { rows } = await collector.query(
      `SELECT type, data->>'scene' FROM events WHERE type LIKE 'scene_%' OR type = 'game_over' ORDER BY seq LIMIT 10`,
    )
    expect(rows).toEqual([
      ['scene_started', 'Boot'],
      ['scene_ended', 'Boot'],
      ['scene_started', 'Play'],
      ['scene_started', 'Score'],
      ['game_over', null],
      ['scene_ended', 'Score'],
      ['scene_ended', 'Play'],
      ['scene_started', 'Over'],
      ['scene_ended', 'Over'],
      ['scene_started', 'Play'],
    ])
    const missed = await collector.query(`SELECT DISTINCT context->>'scene' FROM events WHERE type = 'star_missed'`)
    expect(missed.rows).toEqual([['Play + Score']])
    expect(await typesOf()).toEqual(expect.arrayContaining(['frame_times', 'star_missed', 'step_times']))
  })

  test('plays in a frame of another site, too, and says what it has when the portal is left', async ({
    context,
    page,
  }) => {
    await sendHere(context)
    await page.goto(site?.portal ?? '')
    await expect.poll(typesOf, { timeout: 90_000 }).toContain('step_times')
    await page.goto('about:blank')
    const unfinished = 'SELECT outstanding FROM ledgers'
    await expect.poll(async () => (await collector.query(unfinished)).rows).toEqual([[0]])
  })
})

for (const { name, records, context: expected } of [
  { name: 'excalibur', records: ['scene_started', 'ship_hit', 'step_times'], context: { scene: 'play' } },
  { name: 'pixi', records: ['bubble_missed', 'display', 'level_started'], context: null },
  { name: 'three', records: ['draw_calls', 'moon_added'], context: { moons: 2 } },
]) {
  test(`${name}: a game in a frame of another site records what its recipe says`, async ({ context, page }) => {
    test.setTimeout(600_000)
    const site = await openExampleSite(name)
    try {
      await sendHere(context)
      await page.goto(site.portal)
      await expect.poll(typesOf, { timeout: 90_000 }).toContain('page_loaded')
      await page.frameLocator('iframe').locator('canvas').click()
      await expect.poll(typesOf, { timeout: 90_000 }).toEqual(expect.arrayContaining([...records, 'frame_times']))
      const contextsOf = async (): Promise<unknown[]> =>
        (await collector.query('SELECT DISTINCT context FROM events')).rows.flat()
      await expect.poll(contextsOf).toContainEqual(expected)
    } finally {
      await site.close()
    }
  })
}
