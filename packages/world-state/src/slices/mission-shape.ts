/** What the mission slice takes of what was saved. */
import { anything, nullable, number, object, oneOf, records, type Shape, text } from './shape.ts'

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
