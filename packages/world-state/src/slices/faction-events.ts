/** What happens between factions and the player. */

export type FactionEvents = {
  'faction:reputation_changed': {
    factionId: string
    factionName: string
    deltaFame: number
    deltaInfamy: number
    /** The standing that results. */
    newFame: number
    newInfamy: number
    reason: string
    timestamp?: number
  }
  /** A cascade is a change that another faction's change caused. */
  'faction:attitude_changed': {
    factionId: string
    factionName: string
    oldAttitude: string
    newAttitude: string
    cascade: boolean
    /** The faction whose change caused it. */
    sourceFactionId?: string
    sourceFactionName?: string
    timestamp?: number
  }
  /** Every standing starts over: what is kept by faction is forgotten. */
  'faction:reputation_reset': {
    reason: string
    initiatedBy: string
    timestamp?: number
  }
  'faction:member_removed': {
    factionId: string
    factionName: string
    npcId: string
    entityId: string
    tag: string
    /** Milliseconds since 1970. */
    removedAt: number
    timestamp?: number
  }
}
