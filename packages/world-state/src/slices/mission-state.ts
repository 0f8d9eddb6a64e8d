/** What is known of the missions. */
import type { Json } from '../json.ts'
import type { RecordMap } from '../records/record-map.ts'

export interface MissionState {
  /** In the order of registration. */
  readonly missions: RecordMap<Mission>
  /** The mission that was started last, until it ends. */
  readonly activeMissionId: string | null
}

export type MissionStatus = 'registered' | 'active' | 'completed' | 'failed'

export interface Mission {
  readonly missionId: string
  readonly title: string
  readonly status: MissionStatus
  /** By objective id, in their order. */
  readonly objectives: RecordMap<Objective>
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** Why it failed. */
  readonly reason: string | null
  readonly rewards: Json
}

export type ObjectiveStatus = 'pending' | 'active' | 'completed' | 'blocked'

export interface Objective {
  readonly objectiveId: string
  readonly title: string
  readonly status: ObjectiveStatus
  readonly progress: number
  readonly target: number
  /** Why it is blocked. */
  readonly reason: string | null
}
