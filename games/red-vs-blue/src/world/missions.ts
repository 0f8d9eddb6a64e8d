/** Lists the missions that there are. */

import { BattleError } from '../errors.ts'
import { cascadeMission } from './cascade-mission.ts'
import type { MissionDefinition } from './mission-definition.ts'
import { tutorialMission } from './tutorial-mission.ts'

export const missions: readonly MissionDefinition[] = [tutorialMission, cascadeMission]

/** @throws {BattleError} `unknown_mission`, naming those that there are */
export function findMission(id: string): MissionDefinition {
  const mission = missions.find((each) => each.id === id)
  if (mission) return mission
  const known = missions.map((each) => each.id).join(', ')
  throw new BattleError('unknown_mission', `Expected a mission, one of ${known}, got ${id}`)
}
