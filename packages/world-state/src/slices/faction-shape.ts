/** What the faction slice takes: payloads, and states that were saved. */
import { flag, list, nullable, number, object, optional, records, type Shape, text } from './shape.ts'

const faction = { factionId: text, factionName: text }

export const reputationChange: Shape = object({
  ...faction,
  deltaFame: number,
  deltaInfamy: number,
  newFame: number,
  newInfamy: number,
  reason: text,
})

export const attitudeChange: Shape = object({
  ...faction,
  oldAttitude: text,
  newAttitude: text,
  cascade: flag,
  sourceFactionId: optional(text),
  sourceFactionName: optional(text),
})

export const reputationReset: Shape = object({ reason: text, initiatedBy: text })

const removal = { ...faction, npcId: text, entityId: text, tag: text }

export const memberRemoval: Shape = object({ ...removal, removedAt: optional(number) })

const keptChange = {
  oldAttitude: text,
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
  lastChange: nullable(object({ deltaFame: number, deltaInfamy: number, reason: text, timestamp: number })),
  attitudeHistory: list(object(keptChange)),
  lastCascade: nullable(object(keptChange)),
  cascadeCount: number,
  cascadeSources: list(object({ factionId: text, factionName: nullable(text) })),
})

export const factionState: Shape = object({
  factions: records(keptFaction),
  lastCascadeEvent: nullable(object({ ...faction, ...keptChange, cascadeCount: number, sources: list(text) })),
  lastReset: nullable(object({ reason: text, initiatedBy: text, timestamp: number })),
  recentMemberRemovals: list(object({ ...removal, removedAt: number })),
  counts: object({
    reputationChanges: number,
    attitudeChanges: number,
    cascades: number,
    resets: number,
    memberRemovals: number,
  }),
})
