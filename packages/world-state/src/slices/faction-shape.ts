/** What the faction slice takes of what was saved. */
import { flag, list, nullable, number, object, records, type Shape, text } from './shape.ts'

const faction = { factionId: text, factionName: text }

const keptChange = {
  oldAttitude: nullable(text),
  newAttitude: text,
  cascade: flag,
  sourceFactionId: nullable(text),
  sourceFactionName: nullable(text),
  timestamp: number,
}

const keptFaction = object({
  ...faction,
  fame: number,
  infamy: number,
  attitude: nullable(text),
  lastChange: nullable(object({ deltaFame: number, deltaInfamy: number, reason: nullable(text), timestamp: number })),
  attitudeHistory: list(object(keptChange)),
  lastCascade: nullable(object(keptChange)),
  cascadeCount: number,
  cascadeSources: list(object({ factionId: text, factionName: nullable(text) })),
})

export const factionState: Shape = object({
  factions: records(keptFaction),
  lastCascadeEvent: nullable(object({ ...faction, ...keptChange, cascadeCount: number, sources: list(text) })),
  lastReset: nullable(object({ reason: nullable(text), initiatedBy: nullable(text), timestamp: number })),
  recentMemberRemovals: list(
    object({ ...faction, npcId: nullable(text), entityId: nullable(text), tag: nullable(text), removedAt: number }),
  ),
  counts: object({
    reputationChanges: number,
    attitudeChanges: number,
    cascades: number,
    resets: number,
    memberRemovals: number,
  }),
})
