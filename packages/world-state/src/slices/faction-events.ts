/** What happens between factions and the player. */
import type { Id, Maybe } from './payload.ts'

/** Only what an event is about must be there; names fall back to ids, and what else a payload has is ignored. */
export type FactionEvents = {
  'faction:reputation_changed': {
    factionId: Id
    factionName?: Maybe<string>
    /** @default what the standing changed by */
    deltaFame?: Maybe<number>
    deltaInfamy?: Maybe<number>
    /** The standing that results. @default the known one, and the delta */
    newFame?: Maybe<number>
    newInfamy?: Maybe<number>
    reason?: Maybe<string>
    timestamp?: Maybe<number>
  }
  /** A cascade is a change that another faction's change caused. */
  'faction:attitude_changed': {
    factionId: Id
    factionName?: Maybe<string>
    /** @default as it is known */
    oldAttitude?: Maybe<Id>
    newAttitude: Id
    /** @default where a source is named */
    cascade?: Maybe<boolean>
    /** The faction whose change caused it. */
    sourceFactionId?: Maybe<Id>
    /** Another name of `sourceFactionId`. */
    source?: Maybe<Id>
    sourceFactionName?: Maybe<string>
    timestamp?: Maybe<number>
  }
  /** Every standing starts over: what is kept by faction is forgotten. */
  'faction:reputation_reset': {
    reason?: Maybe<string>
    initiatedBy?: Maybe<string>
    timestamp?: Maybe<number>
  }
  'faction:member_removed': {
    factionId: Id
    factionName?: Maybe<string>
    npcId?: Maybe<Id>
    entityId?: Maybe<Id>
    tag?: Maybe<string>
    /** Milliseconds since 1970. @default the timestamp */
    removedAt?: Maybe<number>
    timestamp?: Maybe<number>
  }
}
