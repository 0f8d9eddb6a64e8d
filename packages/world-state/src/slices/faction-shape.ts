/** Describes what happens between factions and the player, and what is known of it: events, state, and what a save may hold. */
import * as event from './event-shape.ts'
import { flag, list, nullable, number, object, records, text, type ValueOf } from './shape.ts'

/** Only what an event is about must be there; names fall back to ids. */
export const factionEvents = {
  'faction:reputation_changed': {
    factionId: event.id,
    factionName: event.text,
    /** @default what the standing changed by */
    deltaFame: event.number,
    deltaInfamy: event.number,
    /** The standing that results. @default the known one, and the delta */
    newFame: event.number,
    newInfamy: event.number,
    reason: event.text,
  },
  /** A cascade is a change that another faction's change caused. */
  'faction:attitude_changed': {
    factionId: event.id,
    factionName: event.text,
    /** @default as it is known */
    oldAttitude: event.word,
    newAttitude: event.requiredText,
    /** @default where a source is named */
    cascade: event.flag,
    /** The faction whose change caused it; `source` is another name for it. */
    sourceFactionId: event.aliasedOptionalId('source'),
    sourceFactionName: event.text,
  },
  /** Every standing starts over: what is kept by faction is forgotten. */
  'faction:reputation_reset': { reason: event.text, initiatedBy: event.text },
  'faction:member_removed': {
    factionId: event.id,
    factionName: event.text,
    npcId: event.optionalId,
    entityId: event.optionalId,
    tag: event.text,
    /** Milliseconds since 1970. @default the timestamp */
    removedAt: event.number,
  },
}

export type FactionEvents = event.PayloadsOf<typeof factionEvents>

const namedFaction = { factionId: text, factionName: text }

const attitudeChange = object({
  /** Null where nobody knows. */
  oldAttitude: nullable(text),
  newAttitude: text,
  cascade: flag,
  sourceFactionId: nullable(text),
  sourceFactionName: nullable(text),
  timestamp: number,
})

export type AttitudeChange = ValueOf<typeof attitudeChange>

const reputationChange = object({
  deltaFame: number,
  deltaInfamy: number,
  /** Null where nobody said. */
  reason: nullable(text),
  timestamp: number,
})

export type ReputationChange = ValueOf<typeof reputationChange>

const cascadeSource = object({ factionId: text, factionName: nullable(text) })

export type CascadeSource = ValueOf<typeof cascadeSource>

const faction = object({
  ...namedFaction,
  fame: number,
  infamy: number,
  /** Null until the first change of it. */
  attitude: nullable(text),
  lastChange: nullable(reputationChange),
  /** The latest last. */
  attitudeHistory: list(attitudeChange),
  lastCascade: nullable(attitudeChange),
  cascadeCount: number,
  /** Factions whose changes reached this one, the latest last. */
  cascadeSources: list(cascadeSource),
})

export type Faction = ValueOf<typeof faction>

/** A cascade and the faction that it reached, as that faction was then. */
const cascadeEvent = object({ ...namedFaction, ...attitudeChange.fields, cascadeCount: number, sources: list(text) })

export type CascadeEvent = ValueOf<typeof cascadeEvent>

const reset = object({ reason: nullable(text), initiatedBy: nullable(text), timestamp: number })

export type Reset = ValueOf<typeof reset>

const memberRemoval = object({
  ...namedFaction,
  npcId: nullable(text),
  entityId: nullable(text),
  tag: nullable(text),
  removedAt: number,
})

export type MemberRemoval = ValueOf<typeof memberRemoval>

/** Since the game began; a reset is counted, and resets none of them. */
const factionCounts = object({
  reputationChanges: number,
  attitudeChanges: number,
  cascades: number,
  resets: number,
  memberRemovals: number,
})

export type FactionCounts = ValueOf<typeof factionCounts>

export const factionState = object({
  factions: records(faction),
  lastCascadeEvent: nullable(cascadeEvent),
  lastReset: nullable(reset),
  /** The latest last. */
  recentMemberRemovals: list(memberRemoval),
  counts: factionCounts,
})

export type FactionState = ValueOf<typeof factionState>
