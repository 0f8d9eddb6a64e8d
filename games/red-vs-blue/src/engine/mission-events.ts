/** Defines the events of missions, factions and tutorial as telemetry: what the world's event bus says, in `snake_case`. */

import { z } from 'zod'

const name = z.string().min(1)
const count = z.int().min(0)
/** When it happened by the mission's clock, in milliseconds since 1970. */
const when = { timestamp: count }
const faction = { factionId: name, factionName: name }
const attitude = z.enum(['hostile', 'wary', 'neutral', 'friendly', 'allied'])
const objective = { missionId: name, objectiveId: name }

export const missionEventSchemas = {
  faction_reputation_changed: z.object({
    ...faction,
    deltaFame: z.number(),
    deltaInfamy: z.number(),
    newFame: z.number(),
    newInfamy: z.number(),
    reason: name,
    ...when,
  }),
  faction_attitude_changed: z.object({
    ...faction,
    oldAttitude: attitude,
    newAttitude: attitude,
    cascade: z.boolean(),
    sourceFactionId: name.optional(),
    sourceFactionName: name.optional(),
    ...when,
  }),
  faction_reputation_reset: z.object({ reason: name, initiatedBy: name, ...when }),
  faction_member_removed: z.object({
    ...faction,
    npcId: name,
    entityId: name,
    tag: name,
    removedAt: count,
    ...when,
  }),
  tutorial_started: z.object({ totalSteps: count, ...when }),
  tutorial_step_started: z.object({
    stepId: name,
    stepIndex: count,
    totalSteps: count,
    title: name,
    description: name,
    canSkip: z.boolean(),
    controlHint: name,
    ...when,
  }),
  tutorial_control_hint_updated: z.object({ stepId: name, controlHint: name, ...when }),
  tutorial_step_completed: z.object({
    stepId: name,
    stepIndex: count,
    action: name,
    followUpNarrative: name,
    metadata: z.object({ ticks: count }),
    ...when,
  }),
  tutorial_completed: z.object({ completedSteps: count, ...when }),
  tutorial_skipped: z.object({ reason: name, action: name, completedSteps: count, ...when }),
  mission_registered: z.object({
    missionId: name,
    title: name,
    objectives: z.array(z.object({ objectiveId: name, title: name, target: count })),
    ...when,
  }),
  mission_started: z.object({ missionId: name, ...when }),
  mission_completed: z.object({ missionId: name, rewards: z.array(name), ...when }),
  mission_failed: z.object({ missionId: name, reason: name, ...when }),
  objective_progress: z.object({ ...objective, progress: count, target: count, ...when }),
  objective_completed: z.object({ ...objective, ...when }),
  objective_blocked: z.object({ ...objective, reason: name, ...when }),
}
