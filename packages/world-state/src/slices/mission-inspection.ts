/** Shows the missions to the inspector. */

import type { Cell } from '@downlink/artifacts'
import type { TableDefinition } from '../slice.ts'
import type { Mission, MissionState, Objective } from './mission-shape.ts'

/** The section `missions` of a summary. */
export interface MissionInspection {
  readonly activeMissionId: string | null
  readonly missions: readonly (Omit<Mission, 'objectives'> & { readonly objectives: readonly Objective[] })[]
  readonly metrics: {
    readonly missions: number
    readonly completed: number
    readonly failed: number
    readonly objectives: number
    readonly objectivesCompleted: number
    readonly objectivesBlocked: number
  }
}

export function inspectMissions({ missions, activeMissionId }: MissionState): MissionInspection {
  const all = missions.values().map((mission) => ({ ...mission, objectives: mission.objectives.values() }))
  const objectives = all.flatMap((mission) => mission.objectives)
  const countOf = (list: readonly { readonly status: string }[], status: string): number =>
    list.filter((each) => each.status === status).length
  return {
    activeMissionId,
    missions: all,
    metrics: {
      missions: all.length,
      completed: countOf(all, 'completed'),
      failed: countOf(all, 'failed'),
      objectives: objectives.length,
      objectivesCompleted: countOf(objectives, 'completed'),
      objectivesBlocked: countOf(objectives, 'blocked'),
    },
  }
}

/** One row an objective; a mission without any has one row all the same. */
export const missionTable: TableDefinition<MissionState> = {
  columns: ['mission_id', 'title', 'status', 'objective_id', 'objective_status', 'progress', 'target'],
  rows: ({ missions }) => missions.values().flatMap(rowsOf),
}

function rowsOf({ missionId, title, status, objectives }: Mission): Cell[][] {
  const head = [missionId, title, status]
  const rows = objectives
    .values()
    .map(({ objectiveId, status, progress, target }) => [...head, objectiveId, status, progress, target])
  return rows.length > 0 ? rows : [[...head, null, null, null, null]]
}
