/** How missions go. */
import type { Id, Maybe } from './payload.ts'

/** Whose mission it is: in games that have quests, `questId`. */
type OfMission = ({ missionId: Id } | { questId: Id }) & { timestamp?: Maybe<number> }

type OfObjective = OfMission & { objectiveId: Id }

/** Only what an event is about must be there; titles fall back to ids, and what else a payload has is ignored. */
export type MissionEvents = {
  /** Registered again, a mission starts over. */
  'mission:registered': OfMission & {
    title?: Maybe<string>
    /** In their order. */
    objectives?: Maybe<readonly ObjectiveDefinition[]>
  }
  'mission:started': OfMission
  'objective:progress': OfObjective & {
    /** @default as it is known */
    progress?: Maybe<number>
    /** Progress at which it is done. @default as it is known */
    target?: Maybe<number>
  }
  'objective:completed': OfObjective
  'objective:blocked': OfObjective & { reason?: Maybe<string> }
  /** Rewards are kept as JSON. */
  'mission:completed': OfMission & { rewards?: unknown }
  'mission:failed': OfMission & { reason?: Maybe<string> }
}

/** An id alone, or what there is to say of it. */
export type ObjectiveDefinition =
  | Id
  | (({ readonly objectiveId: Id } | { readonly id: Id }) & {
      readonly title?: Maybe<string>
      /** Its title, where it has none. */
      readonly description?: Maybe<string>
      /** @default 1 */
      readonly target?: Maybe<number>
    })
