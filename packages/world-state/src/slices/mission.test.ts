import { describe, expect, it } from 'vitest'
import { WorldStateStore } from '../store/world-state-store.ts'
import { createMissionSlice } from './mission.ts'

const aStore = () => new WorldStateStore({ slices: [createMissionSlice()], clock: () => 0 })

const objectives = [
  { objectiveId: 'fly', title: 'Fly' },
  { objectiveId: 'win', target: 3 },
]

function registered() {
  const store = aStore()
  store.dispatch('mission:registered', { missionId: 'cascade', title: 'Cascade', objectives })
  return store
}

const missionOf = (store: ReturnType<typeof aStore>) => store.select('mission', 'mission', 'cascade')

describe('missions', () => {
  it('are known with their objectives, in order', () => {
    const store = registered()
    expect(missionOf(store)).toMatchObject({ title: 'Cascade', status: 'registered', startedAt: null })
    expect(missionOf(store)?.objectives.values()).toEqual([
      { objectiveId: 'fly', title: 'Fly', status: 'pending', progress: 0, target: 1, reason: null },
      { objectiveId: 'win', title: 'win', status: 'pending', progress: 0, target: 3, reason: null },
    ])
    expect(store.select('mission', 'missions')).toHaveLength(1)
    expect(store.select('mission', 'activeMission')).toBeUndefined()
  })

  it('go from start to completion, objective by objective', () => {
    const store = registered()
    store.dispatch('mission:started', { missionId: 'cascade', timestamp: 5 })
    expect(store.select('mission', 'activeMission')).toMatchObject({ status: 'active', startedAt: 5 })
    store.dispatch('objective:progress', { missionId: 'cascade', objectiveId: 'win', progress: 2, target: 4 })
    store.dispatch('objective:completed', { missionId: 'cascade', objectiveId: 'fly' })
    store.dispatch('objective:blocked', { missionId: 'cascade', objectiveId: 'win', reason: 'no ships' })
    expect(missionOf(store)?.objectives.values()).toMatchObject([
      { objectiveId: 'fly', status: 'completed', progress: 1 },
      { objectiveId: 'win', status: 'blocked', progress: 2, target: 4, reason: 'no ships' },
    ])
    store.dispatch('mission:completed', { missionId: 'cascade', rewards: { fame: 5 }, timestamp: 9 })
    expect(missionOf(store)).toMatchObject({ status: 'completed', endedAt: 9, rewards: { fame: 5 } })
    expect(store.select('mission', 'activeMission')).toBeUndefined()
  })

  it('may fail, and start over when registered again', () => {
    const store = registered()
    store.dispatch('mission:registered', { missionId: 'other', title: 'Other', objectives: [] })
    store.dispatch('mission:started', { missionId: 'cascade' })
    store.dispatch('mission:completed', { missionId: 'other' })
    expect(store.select('mission', 'activeMission')?.missionId).toBe('cascade')
    store.dispatch('mission:failed', { missionId: 'cascade', reason: 'ship lost', timestamp: 3 })
    expect(missionOf(store)).toMatchObject({ status: 'failed', reason: 'ship lost', endedAt: 3 })
    store.dispatch('mission:started', { missionId: 'cascade' })
    expect(missionOf(store)).toMatchObject({ status: 'active', reason: null, endedAt: null })
    store.dispatch('mission:registered', { missionId: 'cascade', title: 'Cascade', objectives })
    expect(missionOf(store)).toMatchObject({ status: 'registered', reason: null })
    expect(store.getState().mission.activeMissionId).toBe(null)
    expect(store.getState().mission.missions.keys()).toEqual(['cascade', 'other'])
  })

  it('that were never registered show all the same', () => {
    const store = aStore()
    store.dispatch('objective:progress', { missionId: '__proto__', objectiveId: 'constructor', progress: 1, target: 2 })
    expect(store.tables()[0]?.rows).toEqual([['__proto__', '__proto__', 'registered', 'constructor', 'active', 1, 2]])
  })

  it('show in the documented columns, one row an objective', () => {
    const store = registered()
    store.dispatch('mission:registered', { missionId: 'empty', title: 'Empty', objectives: [] })
    const [table] = store.tables()
    expect(table?.columns.join()).toBe('mission_id,title,status,objective_id,objective_status,progress,target')
    expect(table?.rows).toEqual([
      ['cascade', 'Cascade', 'registered', 'fly', 'pending', 0, 1],
      ['cascade', 'Cascade', 'registered', 'win', 'pending', 0, 3],
      ['empty', 'Empty', 'registered', null, null, null, null],
    ])
    expect(store.inspect().missions).toMatchObject({
      activeMissionId: null,
      missions: [{ missionId: 'cascade', objectives: [{ objectiveId: 'fly' }, {}] }, { missionId: 'empty' }],
      metrics: { missions: 2, completed: 0, failed: 0, objectives: 2, objectivesCompleted: 0, objectivesBlocked: 0 },
    })
  })

  it('are loaded as they were, and not from another shape', () => {
    const store = registered()
    const snapshot = JSON.parse(JSON.stringify(store.snapshot()))
    const other = aStore()
    expect(other.hydrate(snapshot)).toEqual({ ok: true })
    expect(other.inspect()).toEqual(store.inspect())
    snapshot.slices.mission.state.missions.$records[0][1].status = 'odd'
    expect(other.hydrate(snapshot)).toMatchObject({
      message:
        "Slice 'mission' Expected `state.missions.cascade.status` to be one of registered, active, completed, failed",
    })
    snapshot.slices.mission.state.missions = {}
    expect(other.hydrate(snapshot)).toMatchObject({
      message: "Slice 'mission' Expected `state.missions` to be records",
    })
  })
})
