/** What the tests of missions share. */

import type { Deeds } from './deeds.ts'
import type { Moment } from './moment.ts'
import { type Standing, unknown } from './standing.ts'
import type { Tell } from './world-events.ts'

const noDeeds: Deeds = {
  flying: false,
  taken: 0,
  lost: 0,
  released: 0,
  turns: 0,
  thrusts: 0,
  shots: 0,
  hits: 0,
  kills: 0,
  killsOf: {},
  readings: 0,
  ticksFlown: 0,
}

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
