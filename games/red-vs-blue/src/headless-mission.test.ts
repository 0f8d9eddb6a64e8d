import type { Artifact } from '@downlink/artifacts'
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import { BattleError } from './errors.ts'
import { createHeadlessMission, type HeadlessMission } from './headless-mission.ts'

const now = Date.UTC(2026, 0, 1)

/** Three minutes, the most that a bot gets. */
const maxTicks = 10_800

/** Played once: what the tests do with a mission does not change it. */
const played = new Map<string, HeadlessMission>()

function play(missionId: string, seed = 7): HeadlessMission {
  const known = played.get(`${missionId} ${seed}`)
  const mission = known ?? playAnew(missionId, seed)
  played.set(`${missionId} ${seed}`, mission)
  return mission
}

function playAnew(missionId: string, seed = 7): HeadlessMission {
  const mission = createHeadlessMission({ missionId, seed, now })
  for (let tick = 0; tick < maxTicks && !mission.finished; tick++) mission.step()
  return mission
}

const exportOf = async (mission: HeadlessMission): Promise<readonly Artifact[]> =>
  (await mission.saveManager.exportInspectorSummary()).artifacts

const textOf = (artifacts: readonly Artifact[], section: string, extension: string): string => {
  const found = artifacts.find((each) => each.section === section && each.filename.endsWith(extension))
  if (typeof found?.content !== 'string') throw new Error(`Expected ${section} as ${extension}, and as text`)
  return found.content
}

/** Other tools read them by these names. */
const documentedColumns = {
  'cascade-targets':
    'row_type,faction_id,faction_name,cascade_count,last_source_faction_id,last_source_faction_name,new_attitude,occurred_at,occurred_iso,sources',
  'tutorial-snapshots':
    'event,timestamp,timestamp_iso,step_index,total_steps,step_id,step_title,completed_steps,metadata',
  'tutorial-transcript': 'sequence,event,prompt_id,title,action,timestamp,timestamp_iso,follow_up_narrative,metadata',
  missions: 'mission_id,title,status,objective_id,objective_status,progress,target',
}

describe.each(['tutorial', 'cascade'])('the mission %s by bot', (missionId) => {
  it('is completed by itself, and stands still from then on', () => {
    const mission = play(missionId)
    expect(mission.finished).toBe(true)
    const summary = mission.saveManager.getInspectorSummary()
    expect(summary).toMatchObject({
      source: 'worldStateStore',
      game: { name: 'red-vs-blue', seed: 7, missionId },
      tutorial: { metrics: { status: 'completed' } },
      missions: { metrics: { completed: 1 } },
      telemetry: { sessionId: `${missionId}-7` },
    })
    mission.step()
    expect(mission.saveManager.getInspectorSummary()).toEqual(summary)
  })

  it('gives the same artifacts for the same seed, byte for byte, and others for another', async () => {
    const artifacts = await exportOf(play(missionId))
    expect(await exportOf(playAnew(missionId))).toEqual(artifacts)
    const others = await exportOf(play(missionId, 8))
    for (const extension of ['.csv', '.json']) {
      const section = extension === '.csv' ? 'tutorial-transcript' : 'summary'
      expect(textOf(others, section, extension)).not.toBe(textOf(artifacts, section, extension))
    }
  })

  it('leaves no documented column empty in every row', async () => {
    const artifacts = await exportOf(play(missionId))
    for (const [section, columns] of Object.entries(documentedColumns)) {
      const { data, errors } = Papa.parse<string[]>(textOf(artifacts, section, '.csv').trimEnd())
      expect(errors).toEqual([])
      const [head = [], ...rows] = data
      expect(head.join(',')).toBe(columns)
      const empty = head.filter((_, at) => rows.every((row) => row[at] === ''))
      expect(empty, `columns of ${section} that are empty throughout`).toEqual([])
    }
  })

  it('records the battle and the mission as one run', async () => {
    const lines = textOf(await exportOf(play(missionId)), 'events', '.ndjson')
      .trimEnd()
      .split('\n')
    const events = lines.map((line) => JSON.parse(line))
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1))
    expect(events[0]).toMatchObject({ id: `${missionId}-7:1`, type: 'round_started', timestamp: now })
    expect(events.at(-1)).toMatchObject({ type: 'mission_completed', sessionId: `${missionId}-7` })
    const types = new Set(events.map(({ type }) => type))
    for (const type of ['player_input', 'ship_destroyed', 'faction_attitude_changed', 'tutorial_step_completed']) {
      expect(types).toContain(type)
    }
    expect(events.every(({ timestamp }) => Number.isInteger(timestamp))).toBe(true)
  })
})

it('cascades: allies of the victims turn hostile, its enemies become allies', () => {
  const { factions } = play('cascade').saveManager.getInspectorSummary() as unknown as {
    factions: { standings: readonly { factionId: string; attitude: string }[]; cascadeTargets: readonly object[] }
  }
  expect(factions.standings).toMatchObject([
    { factionId: 'azure-league', attitude: 'hostile' },
    { factionId: 'tide-wardens', attitude: 'hostile' },
    { factionId: 'glass-choir', attitude: 'hostile' },
    { factionId: 'ember-pact', attitude: 'allied' },
    { factionId: 'rust-corsairs', attitude: 'allied' },
  ])
  expect(factions.cascadeTargets).toHaveLength(4)
})

it('starts from a world that was saved, or says why not', () => {
  const { saveManager } = play('cascade')
  const later = createHeadlessMission({ missionId: 'cascade', seed: 7, now })
  expect(later.hydrate({ formatVersion: 99 })).toMatchObject({ ok: false })
  expect(later.finished).toBe(false)
  expect(later.hydrate(play('cascade').snapshot())).toEqual({ ok: true })
  const { factions, missions } = saveManager.getInspectorSummary()
  expect(later.saveManager.getInspectorSummary()).toMatchObject({ factions, missions })
})

it('names the missions that there are', () => {
  expect(() => createHeadlessMission({ missionId: 'picnic', seed: 7, now })).toThrow(BattleError)
  expect(() => createHeadlessMission({ missionId: 'picnic', seed: 7, now })).toThrow('one of tutorial, cascade')
})
