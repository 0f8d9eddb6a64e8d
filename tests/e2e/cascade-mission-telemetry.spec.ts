/** The cascade mission, flown by its bot in the page: its summary, its telemetry, its attachments; and by the command. */
import { npmPath } from '../../tools/node-tool.ts'
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

test('kills of one faction turn its allies hostile, and everybody hears of it', async ({
  page,
  telemetry,
  captureInspector,
}, testInfo) => {
  await flyByBot(page, telemetry.url, 'cascade')
  await expect(page.getByTestId('standing-glass-choir')).toContainText(/hostile/i)
  const captured = await captureAll(captureInspector, testInfo)
  const { summary } = captured

  await test.step('its summary', () => {
    expect(summary).toMatchObject({
      formatVersion: 1,
      source: 'worldStateStore',
      game: { name: 'red-vs-blue', seed: 7, missionId: 'cascade' },
      factions: {
        lastCascadeEvent: { cascade: true, sourceFactionId: 'azure-league' },
        metrics: { resets: 1 },
      },
    })
    expect(JSON.parse(contentOf(captured, 'summary', '.json'))).toEqual(summary)
  })

  await test.step('its tables', () => {
    const [last, ...targets] = rowsOf(captured, 'cascade-targets')
    expect(last).toMatchObject({ row_type: 'last_event', last_source_faction_id: 'azure-league' })
    expect(targets.filter(({ new_attitude }) => new_attitude === 'hostile').length).toBeGreaterThan(0)
    const missions = rowsOf(captured, 'missions')
    expect(new Set(missions.map(({ objective_status }) => objective_status))).toEqual(new Set(['completed']))
    expect(rowsOf(captured, 'tutorial-snapshots').length).toBeGreaterThan(0)
    expect(rowsOf(captured, 'tutorial-transcript').length).toBeGreaterThan(0)
  })

  await test.step('its telemetry', async () => {
    await expect(telemetry).toHaveReceived('mission_completed', { missionId: 'cascade' })
    await expect(telemetry).toHaveReceived('faction_attitude_changed', { cascade: true, newAttitude: 'hostile' })
    await expect(telemetry).toHaveReceived('ship_destroyed', { team: 'blue', killerId: expect.any(String) })
    await expectReceivedAsRecorded(telemetry, captured)
  })

  await test.step('the same by npm run export-telemetry', () =>
    expectSameByCommand(
      'cascade',
      captured,
      [npmPath(), 'run', '--silent', 'export-telemetry', '--'],
      testInfo.outputPath('command'),
    ))
})
