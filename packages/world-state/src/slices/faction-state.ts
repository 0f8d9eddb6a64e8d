/** What is known of the factions. */
import type { RecordMap } from '../records/record-map.ts'

export interface FactionState {
  readonly factions: RecordMap<Faction>
  readonly lastCascadeEvent: CascadeEvent | null
  readonly lastReset: Reset | null
  /** The latest last. */
  readonly recentMemberRemovals: readonly MemberRemoval[]
  readonly counts: FactionCounts
}

export interface Faction {
  readonly factionId: string
  readonly factionName: string
  readonly fame: number
  readonly infamy: number
  /** Null until the first change of it. */
  readonly attitude: string | null
  readonly lastChange: ReputationChange | null
  /** The latest last. */
  readonly attitudeHistory: readonly AttitudeChange[]
  readonly lastCascade: AttitudeChange | null
  readonly cascadeCount: number
  /** Factions whose changes reached this one, the latest last. */
  readonly cascadeSources: readonly CascadeSource[]
}

export interface ReputationChange {
  readonly deltaFame: number
  readonly deltaInfamy: number
  /** Null where nobody said. */
  readonly reason: string | null
  readonly timestamp: number
}

export interface AttitudeChange {
  /** Null where nobody knows. */
  readonly oldAttitude: string | null
  readonly newAttitude: string
  readonly cascade: boolean
  readonly sourceFactionId: string | null
  readonly sourceFactionName: string | null
  readonly timestamp: number
}

export interface CascadeSource {
  readonly factionId: string
  readonly factionName: string | null
}

/** A cascade and the faction that it reached, as that faction was then. */
export interface CascadeEvent extends AttitudeChange {
  readonly factionId: string
  readonly factionName: string
  readonly cascadeCount: number
  readonly sources: readonly string[]
}

export interface Reset {
  readonly reason: string | null
  readonly initiatedBy: string | null
  readonly timestamp: number
}

export interface MemberRemoval {
  readonly factionId: string
  readonly factionName: string
  readonly npcId: string | null
  readonly entityId: string | null
  readonly tag: string | null
  readonly removedAt: number
}

/** Since the game began; a reset is counted, and resets none of them. */
export interface FactionCounts {
  readonly reputationChanges: number
  readonly attitudeChanges: number
  readonly cascades: number
  readonly resets: number
  readonly memberRemovals: number
}
