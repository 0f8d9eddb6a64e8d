/** What rules are asked about: the mission as it stands after a tick. */

import type { Deeds } from './deeds.ts'
import type { FactionId } from './factions.ts'
import type { Standing } from './standing.ts'

export interface Moment {
  /** Ticks since the mission began. */
  readonly tick: number
  readonly deeds: Deeds
  readonly standingOf: (id: FactionId) => Standing
}
