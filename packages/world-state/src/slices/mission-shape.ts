/** What the mission slice takes: payloads, and states that were saved. */
import type { MissionEvents } from './mission-events.ts'
import { anything, list, nullable, number, object, oneOf, optional, records, type Shape, text } from './shape.ts'

const mission = { missionId: text }
const objective = { ...mission, objectiveId: text }

export const missionPayloads: { readonly [Type in keyof MissionEvents]: Shape } = {
  'mission:registered': object({
    ...mission,
    title: text,
    objectives: list(object({ objectiveId: text, title: optional(text), target: optional(number) })),
  }),
  'mission:started': object(mission),
  'objective:progress': object({ ...objective, progress: number, target: number }),
  'objective:completed': object(objective),
  'objective:blocked': object({ ...objective, reason: text }),
  'mission:completed': object(mission),
  'mission:failed': object({ ...mission, reason: text }),
}

export const missionState: Shape = object({
  missions: records(
    object({
      missionId: text,
      title: text,
      status: oneOf('registered', 'active', 'completed', 'failed'),
      objectives: records(
        object({
          objectiveId: text,
          title: text,
          status: oneOf('pending', 'active', 'completed', 'blocked'),
          progress: number,
          target: number,
          reason: nullable(text),
        }),
      ),
      startedAt: nullable(number),
      endedAt: nullable(number),
      reason: nullable(text),
      rewards: anything,
    }),
  ),
  activeMissionId: nullable(text),
})
