/** Makes what the tests of missions share: a moment of the player, and a tape of the world's events. */

import { type Moment, noStats, type PlayerStats } from './player-stats.ts'
import { type Standing, unknown } from './standing.ts'
import type { Emit } from './world-events.ts'

export const momentAt = (tick: number, stats: Partial<PlayerStats> = {}, standing: Standing = unknown): Moment => ({
  tick,
  stats: { ...noStats, ...stats },
  standingOf: () => standing,
})

export interface Tape {
  readonly emit: Emit
  /** Names and payloads since the last call. */
  take(): readonly (readonly [string, object])[]
}

export function createTape(): Tape {
  let heard: [string, object][] = []
  return {
    emit: (name, payload) => heard.push([name, payload]),
    take() {
      const taken = heard
      heard = []
      return taken
    },
  }
}
