/** Declares what a mission is: its story, its lessons, its objectives, and when it is lost. */

import type { FactionId } from './factions.ts'
import type { Lesson } from './guide.ts'
import type { Objective } from './objectives.ts'
import type { Moment } from './player-stats.ts'

export interface MissionDefinition {
  readonly id: string
  readonly title: string
  /** A sentence or two before it begins. */
  readonly briefing: string
  readonly lessons: readonly Lesson[]
  readonly objectives: readonly Objective[]
  /** What the player gets, in words. */
  readonly rewards: readonly string[]
  /** Whose ships the bot hunts. */
  readonly quarry: FactionId
  /** Whether it is over without its lessons. */
  readonly endsWhenSkipped: boolean
  /** Why it is lost; undefined while it is not. */
  readonly defeat: (now: Moment) => string | undefined
}
