/** How missions go. */
import type { Json } from '../json.ts'

export type MissionEvents = {
  /** Registered again, a mission starts over. */
  'mission:registered': {
    missionId: string
    title: string
    /** In their order. */
    objectives: readonly ObjectiveDefinition[]
    timestamp?: number
  }
  'mission:started': { missionId: string; timestamp?: number }
  'objective:progress': {
    missionId: string
    objectiveId: string
    progress: number
    /** Progress at which it is done. */
    target: number
    timestamp?: number
  }
  'objective:completed': { missionId: string; objectiveId: string; timestamp?: number }
  'objective:blocked': { missionId: string; objectiveId: string; reason: string; timestamp?: number }
  'mission:completed': { missionId: string; rewards?: Json; timestamp?: number }
  'mission:failed': { missionId: string; reason: string; timestamp?: number }
}

export interface ObjectiveDefinition {
  readonly objectiveId: string
  readonly title?: string
  /** @default 1 */
  readonly target?: number
}
