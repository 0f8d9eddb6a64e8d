/** Reduces the events of missions: how far each has come, objective by objective. */

import { RecordMap } from '../records/record-map.ts'
import { defineSlice, type Slice } from '../slice.ts'
import { type EventOf, reducersFor } from './event-shape.ts'
import { inspectMissions, missionTable } from './mission-inspection.ts'
import {
  type Mission,
  type MissionEvents,
  type MissionState,
  missionEvents,
  missionState,
  newObjective,
  type Objective,
} from './mission-shape.ts'
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

type Event<Type extends keyof typeof missionEvents> = EventOf<(typeof missionEvents)[Type]>

const on = reducersFor<MissionState, typeof missionEvents>(missionEvents, {
  'mission:registered': registered,
  'mission:started': started,
  'objective:progress': progressed,
  'objective:completed': objectiveCompleted,
  'objective:blocked': blocked,
  'mission:completed': completed,
  'mission:failed': failed,
})

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
    revive: (saved) => requireShape(missionState, saved, 'state'),
  })
}

function registered(state: MissionState, event: Event<'mission:registered'>): MissionState {
  const { missionId, title, objectives } = event
  const mission = {
    ...newMission(missionId),
    title: title ?? missionId,
    objectives: RecordMap.from(objectives.map((objective) => [objective.objectiveId, objective])),
  }
  const activeMissionId = state.activeMissionId === missionId ? null : state.activeMissionId
  return { missions: state.missions.set(missionId, mission), activeMissionId }
}

/** A mission that is flown again leaves how it ended before behind; its objectives begin anew when it is registered again. */
function started(state: MissionState, { missionId, timestamp }: Event<'mission:started'>): MissionState {
  const next = withMission(state, missionId, {
    status: 'active',
    startedAt: timestamp,
    endedAt: null,
    reason: null,
    rewards: null,
  })
  return { ...next, activeMissionId: missionId }
}

function progressed(state: MissionState, event: Event<'objective:progress'>): MissionState {
  return withObjective(state, event, ({ progress, target }) => ({
    status: 'active',
    progress: event.progress ?? progress,
    target: event.target ?? target,
    reason: null,
  }))
}

/** Done is done: its progress is its target. */
function objectiveCompleted(state: MissionState, event: Event<'objective:completed'>): MissionState {
  return withObjective(state, event, ({ target }) => ({ status: 'completed', progress: target, reason: null }))
}

function blocked(state: MissionState, event: Event<'objective:blocked'>): MissionState {
  return withObjective(state, event, () => ({ status: 'blocked', reason: event.reason }))
}

function completed(state: MissionState, { missionId, timestamp, rewards }: Event<'mission:completed'>): MissionState {
  return ended(state, missionId, { status: 'completed', endedAt: timestamp, rewards })
}

function failed(state: MissionState, { missionId, timestamp, reason }: Event<'mission:failed'>): MissionState {
  return ended(state, missionId, { status: 'failed', endedAt: timestamp, reason })
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
  { missionId, objectiveId }: Event<'objective:completed'>,
  change: (objective: Objective) => Partial<Objective>,
): MissionState {
  const { objectives } = state.missions.get(missionId) ?? newMission(missionId)
  const objective = objectives.get(objectiveId) ?? newObjective(objectiveId)
  return withMission(state, missionId, {
    objectives: objectives.set(objectiveId, { ...objective, ...change(objective) }),
  })
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
