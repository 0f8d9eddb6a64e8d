import { describe, expect, it } from 'vitest'
import { BattleError } from './errors.ts'
import { createHeadlessMission, type HeadlessMission } from './headless-mission.ts'

const now = Date.UTC(2026, 0, 1)

/** Three minutes, the most that a bot gets. */
const mostTicks = 10_800

function play(missionId: string, seed = 7): HeadlessMission {
  const mission = createHeadlessMission({ missionId, seed, now })
  for (let tick = 0; tick < mostTicks && !mission.finished; tick++) mission.step()
  return mission
}

const summaryOf = (mission: HeadlessMission): string => JSON.stringify(mission.saveManager.getInspectorSummary())

describe.each(['tutorial', 'cascade'])('the mission %s by bot', (missionId) => {
  it('ends by itself, and stands still from then on', () => {
    const mission = play(missionId)
    expect(mission.finished).toBe(true)
    const before = summaryOf(mission)
    mission.step()
    expect(summaryOf(mission)).toBe(before)
  })

  it('plays the same for the same seed, and otherwise for another', () => {
    const summary = summaryOf(play(missionId))
    expect(summaryOf(play(missionId))).toBe(summary)
    expect(summaryOf(play(missionId, 8)).replace('"seed":8', '"seed":7')).not.toBe(summary)
  })
})

it('names the missions that there are', () => {
  expect(() => createHeadlessMission({ missionId: 'picnic', seed: 7, now })).toThrow(BattleError)
  expect(() => createHeadlessMission({ missionId: 'picnic', seed: 7, now })).toThrow('one of tutorial, cascade')
})
