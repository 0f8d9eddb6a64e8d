/** Runs missions on the page: which one is flown, the world it changes, and what is recorded of it for an export. */

import { createEventRecorder, type GameIdentity } from '@downlink/artifacts'
import { createLocalStorage, exposeInspector, type LoadResult } from '@downlink/world-state'
import type { Report } from './engine/battle.ts'
import type { Engine } from './engine/engine.ts'
import { identity } from './identity.ts'
import { createWorldViewStore, type WorldViewStore } from './stores/game-state.ts'
import type { BattleTelemetry } from './stores/telemetry.ts'
import { describeBattle } from './world/engine-section.ts'
import type { FactionId } from './world/factions.ts'
import { createMission, type Mission } from './world/mission.ts'
import { findMission } from './world/missions.ts'
import type { Attitude } from './world/standing.ts'
import { createWorld, type World } from './world/world.ts'
import { type Emit, pushWorldEvents } from './world/world-events.ts'
import { viewWorld } from './world/world-view.ts'

export interface MissionChoice {
  readonly id: string
  /** Let the bot fly, with the battle's seed. @default false */
  readonly byBot?: boolean
}

interface FactionSigns {
  readonly factionOf: (shipId: string) => FactionId
  readonly attitudeOf: (faction: FactionId) => Attitude
}

export interface MissionControl {
  readonly world: World
  readonly view: WorldViewStore
  /** The mission under way, or just ended; undefined in a free battle. */
  readonly mission: Mission | undefined
  /** Whose each ship is, and how they stand with the player; undefined in a free battle. */
  readonly signs: FactionSigns | undefined
  /** Prepares a mission in a fresh world; `begin` opens it on a battle that has begun. */
  prepare(choice: MissionChoice, seed: number): Mission
  /** The player leaves the tutorial. */
  readonly skipTutorial: () => void
  /** Back to free battles, and to a world that knows nothing. */
  leave(): void
  /** Brings the saved world back to look at; the mission under way ends. */
  load(): Promise<LoadResult>
  /** Shows what has changed since the last call. */
  show(): void
  /** Wires world, telemetry and inspector; returns how to undo it. */
  connect(): () => void
}

export interface MissionControlOptions {
  readonly engine: Engine
  readonly telemetry: Pick<BattleTelemetry, 'enabled' | 'sessionId' | 'stats'>
  /** Asked at each push, as the store's own may be replaced. */
  readonly push: () => Report
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export function createMissionControl({ engine, telemetry, push, now }: MissionControlOptions): MissionControl {
  const view = createWorldViewStore()
  let mission: Mission | undefined
  /** What a world that was loaded says of itself, until another begins. */
  let loaded: GameIdentity | undefined
  let signs: FactionSigns | undefined
  let shownRevision = -1

  const clock = (): number => mission?.timeMs ?? now()
  const recorder = createEventRecorder({ sessionId: () => telemetry.sessionId, clock })
  const world = createWorld({
    game: () => loaded ?? { ...identity, seed: engine.battle.config.seed, missionId: mission?.definition.id ?? null },
    sections: {
      engine: () => describeBattle(engine.battle, mission?.tick ?? null),
      telemetry: () => describeTelemetry(telemetry, recorder.length),
    },
    events: recorder.events,
    storage: createLocalStorage({ prefix: 'red-vs-blue:' }),
    clock,
  })
  const { eventBus, store, saveManager, standingOf } = world
  const blank = store.snapshot()

  /** Ends what is under way; the world stays as it is. */
  function close(): void {
    mission?.close()
    mission = undefined
    loaded = signs = undefined
    view.setState({ view: undefined })
  }

  function leave(): void {
    close()
    recorder.clear()
    store.hydrate(blank)
  }

  function show(): void {
    if (!mission || store.revision === shownRevision) return
    shownRevision = store.revision
    view.setState({ view: viewWorld(store.getState(), mission.definition.id) })
  }

  return {
    world,
    view,
    get mission() {
      return mission
    },
    get signs() {
      return signs
    },
    prepare({ id, byBot = false }, seed) {
      const definition = findMission(id)
      leave()
      const emit: Emit = (name, payload) => eventBus.emit(name, payload)
      mission = createMission({ definition, engine, ...(byBot && { botSeed: seed }), now: now(), emit, standingOf })
      const { roster } = mission
      signs = { factionOf: (shipId) => roster.factionOf(shipId).id, attitudeOf: (id) => standingOf(id).attitude }
      return mission
    },
    skipTutorial() {
      mission?.skipTutorial()
      show()
    },
    leave,
    async load() {
      const result = await saveManager.load()
      if (!result.ok) return result
      close()
      recorder.clear()
      loaded = result.game
      return result
    },
    show,
    // A free battle may last for hours: only missions are recorded.
    connect: () => connectWorld(world, engine, telemetry, push, (type, data) => mission && recorder.push(type, data)),
  }
}

const describeTelemetry = (telemetry: MissionControlOptions['telemetry'], recorded: number): object => ({
  sessionId: telemetry.sessionId,
  enabled: telemetry.enabled,
  ...telemetry.stats(),
  recorded,
})

function connectWorld(
  { eventBus, store, saveManager }: World,
  engine: Engine,
  telemetry: MissionControlOptions['telemetry'],
  push: MissionControlOptions['push'],
  record: Report,
): () => void {
  const undo = [
    store.connect(),
    engine.on('telemetry', ({ type, data }) => record(type, data)),
    pushWorldEvents(eventBus, (type, data) => {
      if (!telemetry.enabled) return
      record(type, data)
      push()(type, data)
    }),
    exposeInspector(saveManager),
  ]
  return () => {
    for (const step of undo) step()
  }
}
