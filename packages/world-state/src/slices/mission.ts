/** The slice of missions: how far each has come, objective by objective. */

import type { Json } from '../json.ts'
import { RecordMap } from '../records/record-map.ts'
import { defineSlice, type Slice, type Warn } from '../slice.ts'
import type { MissionEvents } from './mission-events.ts'
import { missionState } from './mission-shape.ts'
import type { Mission, MissionState, Objective } from './mission-state.ts'
import { inspectMissions, missionTable } from './mission-view.ts'
import { type EventReducers, PayloadFields, reading } from './payload.ts'
import { requireShape } from './shape.ts'

/** What a store can be asked about missions. */
export type MissionSelectors = {
  readonly mission: (state: MissionState, missionId: string) => Mission | undefined
  readonly activeMission: (state: MissionState) => Mission | undefined
  /** In the order of registration. */
  readonly missions: (state: MissionState) => readonly Mission[]
}

export type MissionSlice = Slice<'mission', MissionState, MissionEvents, MissionSelectors>

const initial: MissionState = { missions: RecordMap.empty(), activeMissionId: null }

const on: EventReducers<MissionState, MissionEvents> = {
  'mission:registered': reading(registered),
  'mission:started': reading(started),
  'objective:progress': reading(progressed),
  'objective:completed': reading(objectiveCompleted),
  'objective:blocked': reading(blocked),
  'mission:completed': reading(completed),
  'mission:failed': reading(failed),
}

/** @example new WorldStateStore({ slices: [createMissionSlice()] }) */
export function createMissionSlice(): MissionSlice {
  return defineSlice({
    name: 'mission',
    version: 1,
    initial,
    on,
    select: {
      mission: (state, missionId: string) => state.missions.get(missionId),
      activeMission: ({ missions, activeMissionId }) =>
        activeMissionId === null ? undefined : missions.get(activeMissionId),
      missions: (state) => state.missions.values(),
    },
    inspect: { missions: inspectMissions },
    tables: { missions: missionTable },
    revive(saved) {
      requireShape(missionState, saved, 'state')
      return saved as MissionState
    },
  })
}

function registered(state: MissionState, fields: PayloadFields): MissionState {
  const missionId = missionIdIn(fields)
  const objectives = fields.items('objectives', objectiveIn)
  const mission = {
    ...newMission(missionId),
    title: fields.text('title') ?? missionId,
    objectives: RecordMap.from(objectives.map((objective) => [objective.objectiveId, objective])),
  }
  const activeMissionId = state.activeMissionId === missionId ? null : state.activeMissionId
  return { missions: state.missions.set(missionId, mission), activeMissionId }
}

/** A mission that is flown again leaves how it ended before behind; its objectives begin anew when it is registered again. */
function started(state: MissionState, fields: PayloadFields): MissionState {
  const missionId = missionIdIn(fields)
  const next = withMission(state, missionId, {
    status: 'active',
    startedAt: fields.timestamp,
    endedAt: null,
    reason: null,
    rewards: null,
  })
  return { ...next, activeMissionId: missionId }
}

function progressed(state: MissionState, fields: PayloadFields): MissionState {
  const [progress, target] = [fields.number('progress'), fields.number('target')]
  return withObjective(state, fields, (known) => ({
    status: 'active',
    progress: progress ?? known.progress,
    target: target ?? known.target,
    reason: null,
  }))
}

/** Done is done: its progress is its target. */
function objectiveCompleted(state: MissionState, fields: PayloadFields): MissionState {
  return withObjective(state, fields, ({ target }) => ({ status: 'completed', progress: target, reason: null }))
}

function blocked(state: MissionState, fields: PayloadFields): MissionState {
  return withObjective(state, fields, () => ({ status: 'blocked', reason: fields.text('reason') }))
}

function completed(state: MissionState, fields: PayloadFields): MissionState {
  const rewards = fields.json('rewards')
  return ended(state, missionIdIn(fields), { status: 'completed', endedAt: fields.timestamp, rewards })
}

function failed(state: MissionState, fields: PayloadFields): MissionState {
  const reason = fields.text('reason')
  return ended(state, missionIdIn(fields), { status: 'failed', endedAt: fields.timestamp, reason })
}

function ended(state: MissionState, missionId: string, change: Partial<Mission>): MissionState {
  const next = withMission(state, missionId, change)
  return state.activeMissionId === missionId ? { ...next, activeMissionId: null } : next
}

/** A mission that was never registered is known by its id from then on: an export should show it. */
const withMission = (state: MissionState, missionId: string, change: Partial<Mission>): MissionState => ({
  ...state,
  missions: state.missions.set(missionId, { ...(state.missions.get(missionId) ?? newMission(missionId)), ...change }),
})

function withObjective(
  state: MissionState,
  fields: PayloadFields,
  change: (objective: Objective) => Partial<Objective>,
): MissionState {
  const missionId = missionIdIn(fields)
  const objectiveId = fields.id('objectiveId')
  const { objectives } = state.missions.get(missionId) ?? newMission(missionId)
  const objective = objectives.get(objectiveId) ?? newObjective(objectiveId)
  return withMission(state, missionId, {
    objectives: objectives.set(objectiveId, { ...objective, ...change(objective) }),
  })
}

const missionIdIn = (fields: PayloadFields): string => fields.id('missionId', 'questId')

/** An id alone, or an object. */
function objectiveIn(item: Json, path: string, warn: Warn): Objective {
  if (typeof item === 'string' || typeof item === 'number') return newObjective(`${item}`)
  const fields = new PayloadFields(item, warn, path)
  const objective = newObjective(fields.id('objectiveId', 'id'))
  const title = fields.text('title', 'description') ?? objective.title
  return { ...objective, title, target: fields.number('target') ?? objective.target }
}

const newMission = (missionId: string): Mission => ({
  missionId,
  title: missionId,
  status: 'registered',
  objectives: RecordMap.empty(),
  startedAt: null,
  endedAt: null,
  reason: null,
  rewards: null,
})

const newObjective = (objectiveId: string): Objective => ({
  objectiveId,
  title: objectiveId,
  status: 'pending',
  progress: 0,
  target: 1,
  reason: null,
})
