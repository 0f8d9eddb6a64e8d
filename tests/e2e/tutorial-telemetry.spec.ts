/** The tutorial, by its bot to the end, and by hand as far as its first prompt: prompts, transcript, snapshots. */
import { join } from 'node:path'
import { root } from '../../tools/node-tool.ts'
import {
  captureAll,
  contentOf,
  expect,
  expectReceivedAsRecorded,
  expectSameByCommand,
  flyByBot,
  rowsOf,
  test,
} from './fixtures/mission.ts'

test('the bot goes through every prompt, and the transcript tells it', async ({
  page,
  telemetry,
  captureInspector,
}, testInfo) => {
  await flyByBot(page, telemetry.url, 'tutorial')
  const captured = await captureAll(captureInspector, testInfo)
  expect(captured.summary).toMatchObject({ source: 'worldStateStore', game: { seed: 7, missionId: 'tutorial' } })

  const steps = await test.step('its telemetry', async () => {
    await expect(telemetry).toHaveReceived('tutorial_completed', { completedSteps: 7 })
    await expectReceivedAsRecorded(telemetry, captured)
    return telemetry.accepted('tutorial_step_completed').map(({ data }) => data.stepId)
  })

  await test.step('its transcript and snapshots', () => {
    const transcript = rowsOf(captured, 'tutorial-transcript')
    const completed = transcript.filter(({ event }) => event === 'tutorial:step_completed')
    expect(completed.map(({ prompt_id }) => prompt_id)).toEqual(steps)
    expect(transcript.map(({ sequence }) => sequence)).toEqual(transcript.map((_, at) => `${at + 1}`))
    const text = contentOf(captured, 'tutorial-transcript', '.md')
    for (const step of steps) expect(text).toContain(`(\`${step}\`)`)
    const snapshots = rowsOf(captured, 'tutorial-snapshots')
    expect(snapshots).toHaveLength(10)
    expect(snapshots.at(-1)).toMatchObject({ event: 'tutorial:completed', completed_steps: '7' })
  })

  await test.step('the same by downlink export', () =>
    expectSameByCommand(
      'tutorial',
      captured,
      [join(root, 'packages/cli/bin/downlink.js'), 'export'],
      testInfo.outputPath('command'),
    ))
})

test('a player who is shown a prompt and leaves it is on record, capture by capture', async ({
  page,
  telemetry,
  captureInspector,
}, testInfo) => {
  await page.goto(`${telemetry.url}/play/`)
  await page.getByTestId('mission-tutorial').click()
  await expect(page.getByTestId('prompt')).toBeVisible()
  await expect(telemetry).toHaveReceivedTimes('tutorial_step_started', 1)
  const before = await captureInspector({ formats: ['transcript-csv'], prefix: 'prompt' })
  await page.getByTestId('skip-tutorial').click()
  await expect(telemetry).toHaveReceived('tutorial_skipped', { completedSteps: 0, reason: expect.any(String) })
  const after = await captureInspector({ formats: ['transcript-csv'], prefix: 'skipped' })
  const told = [before, after].map((captured) => {
    if (!captured.ok) throw new Error(captured.message)
    return contentOf(captured, 'tutorial-transcript', '.csv')
  })
  expect(told.map((csv) => csv.includes('tutorial:step_started,take-over'))).toEqual([true, true])
  expect(told.map((csv) => csv.includes('tutorial:skipped'))).toEqual([false, true])
  expect(testInfo.attachments.map(({ name }) => name.split('-')[0])).toEqual(['prompt', 'skipped'])
})
