/** What the tests of missions share. */

import { type Deeds, noDeeds } from './deeds.ts'
import type { Moment } from './moment.ts'
import { type Standing, unknown } from './standing.ts'
import type { Tell } from './world-events.ts'

export const momentAt = (tick: number, deeds: Partial<Deeds> = {}, standing: Standing = unknown): Moment => ({
  tick,
  deeds: { ...noDeeds, ...deeds },
  standingOf: () => standing,
})

export interface Tape {
  readonly tell: Tell
  /** Names and payloads since the last call. */
  take(): readonly (readonly [string, object])[]
}

export function createTape(): Tape {
  let heard: [string, object][] = []
  return {
    tell: (name, payload) => heard.push([name, payload]),
    take() {
      const taken = heard
      heard = []
      return taken
    },
  }
}
