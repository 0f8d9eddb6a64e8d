/** Missions as a player has them: by keyboard, with the inspector beside, and what of it reaches the collector. */
import { readFile } from 'node:fs/promises'
import type { Download, Page } from '@playwright/test'
import { expectStored } from './fixtures/conservation.ts'
import { expect, test } from './fixtures/test.ts'

const prompt = (page: Page) => page.getByTestId('prompt')
const inspector = (page: Page) => page.getByTestId('inspector')
const objective = (page: Page, id: string) => page.getByTestId(`objective-${id}`)

/** So much of the game's own time; machines differ in how long they take over it. */
const playOn = async (page: Page, ticks: number): Promise<void> => {
  const until = (await page.evaluate(() => redVsBlue.game.missions.mission?.tick ?? 0)) + ticks
  const tick = () => page.evaluate(() => redVsBlue.game.missions.mission?.tick)
  await expect.poll(tick, { timeout: 90_000 }).toBeGreaterThanOrEqual(until)
}

test('the tutorial is flown by keyboard, and left by its button', async ({ battle, page, collector }, testInfo) => {
  await battle.open()
  await page.getByRole('button', { name: 'First flight' }).click()
  await expect(prompt(page)).toHaveAttribute('data-step', 'take-over')
  await expect(objective(page, 'shoot')).toHaveAttribute('data-status', 'blocked')
  const hint = await page.getByTestId('control-hint').textContent()
  await playOn(page, 250)
  await expect(page.getByTestId('control-hint')).not.toHaveText(`${hint}`)

  await page.keyboard.press('KeyT')
  await expect(prompt(page)).toHaveAttribute('data-step', 'steer')
  await page.keyboard.down('KeyW')
  await page.keyboard.down('KeyA')
  await expect(prompt(page)).toHaveAttribute('data-step', 'fire')
  await page.keyboard.down('Space')
  await expect
    .poll(async () => {
      // Ships get lost.
      if ((await page.evaluate(() => redVsBlue.game.engine.battle.pilotedId)) === undefined)
        await page.keyboard.press('KeyT')
      return objective(page, 'shoot').getAttribute('data-status')
    })
    .toBe('completed')
  await testInfo.attach('tutorial', { body: await page.screenshot(), contentType: 'image/png' })
  for (const key of ['KeyW', 'KeyA', 'Space']) await page.keyboard.up(key)

  await page.getByTestId('skip-tutorial').click()
  await expect(page.getByTestId('mission-end')).toContainText('Skipped by the player')
  const pushed = await expect
    .poll(() => page.evaluate(() => redVsBlue.game.telemetry.stats()))
    .toMatchObject({ queued: 0, inFlight: 0 })
    .then(() => page.evaluate(() => redVsBlue.game.telemetry.stats().pushed))
  const events = await expectStored(collector, await battle.sessionId(), pushed)
  const types = new Set(events.map(({ type }) => type))
  for (const type of ['mission_started', 'tutorial_control_hint_updated', 'tutorial_skipped', 'mission_failed']) {
    expect(types).toContain(type)
  }
  const completed = events.filter(({ type }) => type === 'tutorial_step_completed').map(({ data }) => data)
  expect(completed.slice(0, 3)).toMatchObject([{ stepId: 'take-over' }, { stepId: 'steer' }, { stepId: 'fire' }])
})

test('the cascade strikes where everybody sees it, and the mission ends in a banner', async ({ page }, testInfo) => {
  await page.goto('/play/?mission=cascade&seed=7&bot=1&now=2026-01-01T00:00:00Z&speed=8')
  await expect(page.getByTestId('cascade-alert')).toContainText('Cascade from the Azure League')
  await expect(page.getByTestId('standing-tide-wardens')).toHaveAttribute('data-attitude', 'hostile')
  await testInfo.attach('cascade', { body: await page.screenshot(), contentType: 'image/png' })
  const end = page.getByTestId('mission-end')
  await expect(end).toHaveAttribute('data-outcome', 'completed')
  await expect(end).toContainText('letter of marque')
  for (const id of ['provoke', 'cascade', 'hold']) {
    await expect(objective(page, id)).toHaveAttribute('data-status', 'completed')
  }
  const { tick } = await page.evaluate(() => redVsBlue.game.engine.battle)
  await end.getByRole('button', { name: 'Free battle' }).click()
  await expect(end).toBeHidden()
  await expect(page.getByTestId('standings')).toBeHidden()
  expect(tick).toBeGreaterThan(0)
})

test('the inspector opens by key and by button, and closes by Escape without letting go of the ship', async ({
  page,
}) => {
  await page.goto('/play/?mission=tutorial&seed=7')
  await page.keyboard.press('KeyT')
  await expect(prompt(page)).toHaveAttribute('data-step', 'steer')
  await page.keyboard.press('KeyI')
  await expect(inspector(page)).toBeVisible()
  await expect(inspector(page)).toContainText('Took over a ship')
  const tick = await page.evaluate(() => redVsBlue.game.engine.battle.tick)
  await page.keyboard.press('Escape')
  await expect(inspector(page)).toBeHidden()
  expect(await page.evaluate(() => redVsBlue.game.engine.battle.pilotedId)).toMatch(/^red/)
  await expect.poll(() => page.evaluate(() => redVsBlue.game.engine.battle.tick)).toBeGreaterThan(tick)

  await page.getByTestId('inspect').click()
  await expect(page.getByRole('dialog', { name: 'Inspector' })).toBeVisible()
  await page.keyboard.press('KeyI')
  await expect(inspector(page)).toBeHidden()
  await expect(page.getByTestId('inspect')).toBeFocused()
})

test('the inspector exports every artifact as a download, and keeps a world', async ({ page }, testInfo) => {
  await page.goto('/play/?mission=cascade&seed=7&bot=1&now=2026-01-01T00:00:00Z&speed=16')
  await expect(page.getByTestId('mission-end')).toBeVisible()
  await page.getByTestId('inspect').click()
  for (const name of ['Standings', 'Cascade targets', 'Missions', 'Tutorial transcript', 'Telemetry', 'Engine']) {
    await expect(inspector(page).getByRole('region', { name })).toBeVisible()
  }
  await testInfo.attach('inspector', { body: await page.screenshot(), contentType: 'image/png' })

  const downloads: Download[] = []
  page.on('download', (download) => downloads.push(download))
  await page.getByTestId('export-all').click()
  await expect(page.getByTestId('export-status')).toContainText('7 files downloaded')
  await expect.poll(() => downloads.length).toBe(7)
  expect(downloads.map((download) => download.suggestedFilename()).sort()).toEqual(
    [
      'cascade-targets-*.csv',
      'events-*.ndjson',
      'missions-*.csv',
      'summary-*.json',
      'tutorial-snapshots-*.csv',
      'tutorial-transcript-*.csv',
      'tutorial-transcript-*.md',
    ].map((name) => `save-inspector-${name.replace('*', '20260101T000049Z')}`),
  )
  const targets = downloads.find((download) => download.suggestedFilename().includes('cascade-targets'))
  const text = await readFile(`${await targets?.path()}`, 'utf8')
  expect(text).toContain('target,tide-wardens,Tide Wardens,2,azure-league,Azure League,hostile')

  await page.getByTestId('save-world').click()
  await expect(page.getByTestId('save-status')).toHaveText('The world is saved in this browser.')
  await page.goto('/play/')
  await page.keyboard.press('KeyI')
  await expect(inspector(page)).toContainText('No cascade has struck.')
  await page.getByTestId('save-world').click()
  await expect(page.getByTestId('save-status')).toContainText('There is a saved world already')
  await expect(page.getByTestId('save-world')).toHaveText('Save over it')
  await page.getByTestId('load-world').click()
  await expect(inspector(page).getByRole('region', { name: 'Cascade targets' })).toContainText('wary → hostile')
})

const windows = [
  { width: 360, height: 740 },
  { width: 740, height: 420 },
  { width: 900, height: 600 },
]

test('a mission and the inspector fit windows of any size', async ({ page }, testInfo) => {
  await page.goto('/play/?mission=tutorial&seed=7')
  await expect(prompt(page)).toBeVisible()
  const names = ['Objectives', 'Standings', 'Tutorial'].map((name) => page.getByRole('region', { name }))
  for (const { width, height } of windows) {
    await test.step(`${width} × ${height}`, async () => {
      await page.setViewportSize({ width, height })
      const boxes = await Promise.all([...names, page.getByTestId('settings')].map((part) => part.boundingBox()))
      for (const box of boxes) {
        expect(box?.x).toBeGreaterThanOrEqual(0)
        expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width)
        expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(height)
      }
      await testInfo.attach(`window-${width}`, { body: await page.screenshot(), contentType: 'image/png' })
      await page.getByTestId('inspect').click()
      await expect(inspector(page)).toBeVisible()
      expect(await inspector(page).evaluate((dialog) => dialog.scrollWidth)).toBeLessThanOrEqual(width)
      await page.getByTestId('inspector-close').click()
    })
  }
})

test.describe('in strict mode', () => {
  test.use({ collectorOptions: { page: 'development' } })

  test('missions and the inspector, again and again, leave nothing behind', async ({ page }) => {
    await page.goto('/play/?mission=cascade&seed=7')
    await expect(prompt(page)).toBeVisible()
    // Mounted twice, begun once.
    const events = await page.evaluate(async () => {
      const { saveManager } = redVsBlue.game.missions.world
      const { artifacts } = await saveManager.exportInspectorSummary({ formats: ['ndjson'] })
      return String(artifacts[0]?.content)
    })
    expect(events.match(/"mission_registered"/g)).toHaveLength(1)
    const before = await listeners(page)
    for (let time = 0; time < 3; time++) {
      await page.keyboard.press('KeyI')
      await expect(inspector(page)).toBeVisible()
      await page.keyboard.press('Escape')
      await expect(inspector(page)).toBeHidden()
      await page.getByTestId('reset').click()
      await expect(prompt(page)).toHaveAttribute('data-step', 'take-ship')
    }
    expect(await listeners(page)).toEqual(before)
  })
})

/** How many listeners window and document have, by the kind of event. */
async function listeners(page: Page): Promise<unknown> {
  const devtools = await page.context().newCDPSession(page)
  const { result } = await devtools.send('Runtime.evaluate', {
    expression: `[window, document].map((target) =>
      Object.entries(getEventListeners(target)).map(([type, { length }]) => [type, length]))`,
    includeCommandLineAPI: true,
    returnByValue: true,
  })
  await devtools.detach()
  return result.value
}
