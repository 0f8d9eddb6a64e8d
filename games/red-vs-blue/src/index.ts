/** Exports Red vs Blue as a game module: what `downlink demo` and `downlink export` load with `--game`. Node only; the page has its own entry. */

import { fileURLToPath } from 'node:url'
import type { Report } from './engine/battle.ts'
import { createEngine } from './engine/engine.ts'
import { battleEvents } from './engine/events.ts'
import { createHeadlessMission } from './headless-mission.ts'
import { identity } from './identity.ts'
import { pastSessions } from './past-sessions.ts'
import { missions } from './world/missions.ts'

export type { Report } from './engine/battle.ts'
export { type BattleConfig, battleDefaults } from './engine/config.ts'
export { digestBattle } from './engine/digest.ts'
export { createEngine, type Engine } from './engine/engine.ts'
export { type BattleEvent, type BattleEvents, battleEvents } from './engine/events.ts'
export { BattleError, type BattleErrorCode } from './errors.ts'
export type { HeadlessMission, HeadlessMissionOptions } from './headless-mission.ts'

export interface HeadlessBattle {
  /** Plays one tick. */
  step(): void
  readonly tickHz: number
}

/** Bots against bots, without a screen; `telemetry.push` fits as `push`. */
export function createBattle({ seed, push }: { readonly seed: number; readonly push: Report }): HeadlessBattle {
  const engine = createEngine({ seed, enableTelemetry: true })
  engine.on('telemetry', ({ type, data }) => push(type, data))
  return { step: () => engine.step(), tickHz: engine.tickHz }
}

export default {
  ...identity,
  events: battleEvents,
  /** The built page, which `downlink demo` serves at `/play`. */
  pageFolder: fileURLToPath(new URL('../dist/page', import.meta.url)),
  createBattle,
  pastSessions,
  missions: missions.map(({ id, title }) => ({ id, title })),
  createMission: createHeadlessMission,
}
