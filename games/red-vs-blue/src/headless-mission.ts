/** Runs a mission without a screen, flown by the seeded bot: what the command line exports from. */

import { createEventRecorder } from '@downlink/artifacts'
import type { HydrateResult, SaveManager, WorldSnapshot } from '@downlink/world-state'
import type { Report } from './engine/battle.ts'
import type { BattleConfig } from './engine/config.ts'
import { createEngine } from './engine/engine.ts'
import { identity } from './identity.ts'
import { describeBattle } from './world/engine-section.ts'
import { createMission } from './world/mission.ts'
import { findMission } from './world/missions.ts'
import { createWorld, type World } from './world/world.ts'
import { pushWorldEvents } from './world/world-events.ts'

export interface HeadlessMissionOptions {
  readonly missionId: string
  /** Decides the battle and the bot, 0 to 2³² − 1. */
  readonly seed: number
  /** Milliseconds since 1970 at tick 0. */
  readonly now: number
  /** What the battle is fought with. @default battleDefaults */
  readonly battle?: Partial<Omit<BattleConfig, 'seed' | 'enableTelemetry'>>
  /** Hears each event as well. */
  readonly push?: Report
}

export interface HeadlessMission {
  readonly tickHz: number
  /** Completed or failed. */
  readonly finished: boolean
  /** Ships and bullets on the field. */
  readonly entities: number
  /** Plays one tick; does nothing once it has finished. */
  step(): void
  readonly saveManager: SaveManager
  readonly eventBus: World['eventBus']
  /** The world as it is now, for `hydrate`. */
  snapshot(): WorldSnapshot
  /** Takes the world of a snapshot, or says why not. */
  hydrate(snapshot: unknown): HydrateResult
}

/**
 * The same mission, seed and `now` give the same world, byte for byte.
 *
 * @throws {BattleError} `unknown_mission`, `invalid_config`
 * @example
 * const mission = createHeadlessMission({ missionId: 'cascade', seed: 7, now: 0 })
 * while (!mission.finished) mission.step()
 * mission.saveManager.getInspectorSummary()
 */
export function createHeadlessMission(options: HeadlessMissionOptions): HeadlessMission {
  const { missionId, seed, now, battle = {} } = options
  const definition = findMission(missionId)
  const engine = createEngine({ ...battle, seed, enableTelemetry: true })
  const sessionId = `${missionId}-${seed}`
  const clock = (): number => mission.timeMs
  const recorder = createEventRecorder({ sessionId, clock })
  const world = createWorld({
    game: () => ({ ...identity, seed, missionId }),
    sections: {
      engine: () => describeBattle(engine.battle, mission.tick),
      telemetry: () => ({ sessionId, recorded: recorder.length }),
    },
    events: recorder.events,
    clock,
  })
  const { eventBus, store, saveManager, standingOf } = world
  const mission = createMission({
    definition,
    engine,
    botSeed: seed,
    now,
    emit: (name, payload) => eventBus.emit(name, payload),
    standingOf,
  })
  store.connect()
  const push: Report = (type, data) => {
    recorder.push(type, data)
    options.push?.(type, data)
  }
  engine.on('telemetry', ({ type, data }) => push(type, data))
  pushWorldEvents(eventBus, push)

  return {
    tickHz: engine.tickHz,
    get finished() {
      return mission.status === 'completed' || mission.status === 'failed'
    },
    get entities() {
      return engine.battle.ships.length + engine.battle.bullets.length
    },
    step() {
      if (mission.status === 'ready') {
        engine.start()
        mission.begin()
      }
      mission.step()
    },
    saveManager,
    eventBus,
    snapshot: () => store.snapshot(),
    hydrate: (snapshot) => store.hydrate(snapshot),
  }
}
