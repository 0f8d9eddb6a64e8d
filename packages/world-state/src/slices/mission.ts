/** The slice of missions: how far each has come, objective by objective. */
import { RecordMap } from '../records/record-map.ts'
import { defineSlice, type Slice, type Stamped } from '../slice.ts'
import type { MissionEvents, ObjectiveDefinition } from './mission-events.ts'
import { missionPayloads, missionState } from './mission-shape.ts'
import type { Mission, MissionState, Objective } from './mission-state.ts'
import { inspectMissions, missionTable } from './mission-view.ts'
import { checked, requireShape } from './shape.ts'

/** What a store can be asked about missions. */
export type MissionSelectors = {
  readonly mission: (state: MissionState, missionId: string) => Mission | undefined
  readonly activeMission: (state: MissionState) => Mission | undefined
  /** In the order of registration. */
  readonly missions: (state: MissionState) => readonly Mission[]
}

export type MissionSlice = Slice<'mission', MissionState, MissionEvents, MissionSelectors>

type Payload<Type extends keyof MissionEvents> = Stamped<MissionEvents[Type]>

const initial: MissionState = { missions: RecordMap.empty(), activeMissionId: null }

/** @example new WorldStateStore({ slices: [createMissionSlice()] }) */
export function createMissionSlice(): MissionSlice {
  return defineSlice({
    name: 'mission',
    version: 1,
    initial,
    on: {
      'mission:registered': checked(missionPayloads['mission:registered'], registered),
      'mission:started': checked(missionPayloads['mission:started'], started),
      'objective:progress': checked(missionPayloads['objective:progress'], progressed),
      'objective:completed': checked(missionPayloads['objective:completed'], objectiveCompleted),
      'objective:blocked': checked(missionPayloads['objective:blocked'], blocked),
      'mission:completed': checked(missionPayloads['mission:completed'], completed),
      'mission:failed': checked(missionPayloads['mission:failed'], failed),
    },
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

function registered(
  state: MissionState,
  { missionId, title, objectives }: Payload<'mission:registered'>,
): MissionState {
  const listed = objectives.map((definition) => [definition.objectiveId, anObjective(definition)] as const)
  const mission = { ...aMission(missionId), title, objectives: RecordMap.from(listed) }
  const activeMissionId = state.activeMissionId === missionId ? null : state.activeMissionId
  return { missions: state.missions.set(missionId, mission), activeMissionId }
}

/** A mission that is flown again leaves how it ended before behind; its objectives begin anew when it is registered again. */
function started(state: MissionState, { missionId, timestamp }: Payload<'mission:started'>): MissionState {
  const next = withMission(state, missionId, {
    status: 'active',
    startedAt: timestamp,
    endedAt: null,
    reason: null,
    rewards: null,
  })
  return { ...next, activeMissionId: missionId }
}

const progressed = (
  state: MissionState,
  { missionId, objectiveId, progress, target }: Payload<'objective:progress'>,
): MissionState =>
  withObjective(state, missionId, objectiveId, () => ({ status: 'active', progress, target, reason: null }))

/** Done is done: its progress is its target. */
const objectiveCompleted = (
  state: MissionState,
  { missionId, objectiveId }: Payload<'objective:completed'>,
): MissionState =>
  withObjective(state, missionId, objectiveId, ({ target }) => ({
    status: 'completed',
    progress: target,
    reason: null,
  }))

const blocked = (state: MissionState, { missionId, objectiveId, reason }: Payload<'objective:blocked'>): MissionState =>
  withObjective(state, missionId, objectiveId, () => ({ status: 'blocked', reason }))

const completed = (
  state: MissionState,
  { missionId, rewards = null, timestamp }: Payload<'mission:completed'>,
): MissionState => ended(state, missionId, { status: 'completed', endedAt: timestamp, rewards })

const failed = (state: MissionState, { missionId, reason, timestamp }: Payload<'mission:failed'>): MissionState =>
  ended(state, missionId, { status: 'failed', endedAt: timestamp, reason })

function ended(state: MissionState, missionId: string, change: Partial<Mission>): MissionState {
  const next = withMission(state, missionId, change)
  return state.activeMissionId === missionId ? { ...next, activeMissionId: null } : next
}

/** A mission that was never registered is known by its id from then on: an export should show it. */
const withMission = (state: MissionState, missionId: string, change: Partial<Mission>): MissionState => ({
  ...state,
  missions: state.missions.set(missionId, { ...(state.missions.get(missionId) ?? aMission(missionId)), ...change }),
})

function withObjective(
  state: MissionState,
  missionId: string,
  objectiveId: string,
  change: (objective: Objective) => Partial<Objective>,
): MissionState {
  const { objectives } = state.missions.get(missionId) ?? aMission(missionId)
  const objective = objectives.get(objectiveId) ?? anObjective({ objectiveId })
  return withMission(state, missionId, {
    objectives: objectives.set(objectiveId, { ...objective, ...change(objective) }),
  })
}

const aMission = (missionId: string): Mission => ({
  missionId,
  title: missionId,
  status: 'registered',
  objectives: RecordMap.empty(),
  startedAt: null,
  endedAt: null,
  reason: null,
  rewards: null,
})

const anObjective = ({ objectiveId, title, target }: ObjectiveDefinition): Objective => ({
  objectiveId,
  title: title ?? objectiveId,
  status: 'pending',
  progress: 0,
  target: target ?? 1,
  reason: null,
})
