/** Puts the game together: engine, stores, telemetry and frame loop. Making it is inert; `connect` wires it. */

import { attachTelemetry } from '@downlink/client'
import type { Team } from './engine/battle.ts'
import { type BattleConfig, battleDefaults } from './engine/config.ts'
import { createEngine, type Engine } from './engine/engine.ts'
import type { BattleEvents } from './engine/events.ts'
import type { FramePort, Loop } from './loop.ts'
import { createMissionControl, type MissionChoice, type MissionControl } from './mission-control.ts'
import { createPlay } from './play.ts'
import { createShipControl, type ShipControl, teamBehind } from './ship-control.ts'
import { createGameStateStore, type GameStateStore, type WorldViewStore } from './stores/game-state.ts'
import { type BattleTelemetry, createTelemetryStore, type TelemetryStore } from './stores/telemetry.ts'
import { createUiStore, type UiStore } from './stores/ui.ts'

export interface GameControls {
  /** Begins the first battle, or goes on after a pause. */
  readonly start: () => void
  /** Pauses. */
  readonly stop: () => void
  /** Reinforces a team, by default the smaller one. */
  readonly spawnShip: (team?: Team) => void
  /** Begins a new battle with what is set now, or the mission anew. */
  readonly reset: () => void
}

export interface Game extends GameControls, ShipControl {
  /** Begins a mission, on a field of the default size, so that it is the same one on every screen. */
  readonly startMission: (choice: MissionChoice) => void
  /** Begins a free battle. */
  readonly startBattle: () => void
  /** Opens or closes the inspector; a look at the standings counts in a mission. */
  readonly inspect: (open: boolean) => void
  readonly missions: MissionControl
  readonly engine: Engine
  readonly telemetry: BattleTelemetry
  readonly stores: Stores
  readonly loop: Loop
  /** Wires the engine to the stores and runs the loop; returns how to undo all of it. */
  connect(): () => void
}

interface Stores {
  readonly telemetry: TelemetryStore
  readonly gameState: GameStateStore
  readonly ui: UiStore
  readonly world: WorldViewStore
}

export interface GameOptions {
  readonly telemetry: BattleTelemetry
  /** Seed of the first battle. */
  readonly seed: number
  /** The battlefield's size in pixels, asked at each reset. @default 1280 × 800 */
  readonly fieldSize?: () => Pick<BattleConfig, 'canvasWidth' | 'canvasHeight'>
  /** Milliseconds since 1970 at which a mission begins; from then on it counts in ticks. @default Date.now */
  readonly now?: () => number
  readonly frames?: FramePort
}

/** The most ships a player may call in before the screen is only ships. */
const maxShipsByHand = 200

export function createGame({ telemetry, seed, fieldSize, now = Date.now, frames }: GameOptions): Game {
  const gameState = createGameStateStore()
  const ui = createUiStore({ telemetryAllowed: telemetry.enabled, seed })
  const telemetryStore = createTelemetryStore(telemetry)
  const engine = createEngine({ seed, enableTelemetry: telemetry.enabled })
  const push = () => telemetryStore.getState().pushTelemetry
  const missions = createMissionControl({ engine, telemetry, push, now })
  const play = createPlay({ engine, missions, ui, gameState, telemetry: telemetryStore, frames })
  const stores: Stores = { telemetry: telemetryStore, gameState, ui, world: missions.view }

  function startBattle(): void {
    missions.leave()
    const { shipsPerTeam, seed } = ui.getState()
    engine.reset({ ...fieldSize?.(), shipsPerTeam, seed })
    ui.setState({ running: true, menuOpen: false })
    play.show()
  }

  function startMission(choice: MissionChoice): void {
    const { seed } = ui.getState()
    const mission = missions.prepare(choice, seed)
    const { canvasWidth, canvasHeight, shipsPerTeam } = battleDefaults
    engine.reset({ canvasWidth, canvasHeight, shipsPerTeam, seed })
    mission.begin()
    ui.setState({ running: true, menuOpen: false })
    play.show()
  }

  return {
    engine,
    telemetry,
    stores,
    loop: play.loop,
    missions,
    ...createShipControl(engine, missions, play),
    startBattle,
    startMission,
    reset() {
      if (missions.mission) startMission({ id: missions.mission.definition.id, byBot: play.isByBot() })
      else startBattle()
    },
    start() {
      if (play.hasEnded()) return
      if (gameState.getState().snapshot) ui.setState({ running: true })
      else startBattle()
    },
    stop() {
      ui.setState({ running: false })
      // What stands still on the screen stands in the HUD, too.
      if (gameState.getState().snapshot) play.show()
    },
    spawnShip(team) {
      const { red, blue } = engine.battle.alive
      // A mission's fleets are its own business.
      if (missions.mission || red + blue >= maxShipsByHand) return
      engine.spawnShip(team ?? teamBehind(engine))
      play.show()
    },
    inspect(open) {
      if (open) missions.mission?.readStandings()
      ui.setState({ inspectorOpen: open })
    },
    connect: () => connectGame({ engine, telemetry, stores, missions, loop: play.loop }),
  }
}

/** Wires the engine to the stores and runs the loop. */
function connectGame(game: Pick<Game, 'engine' | 'telemetry' | 'stores' | 'missions' | 'loop'>): () => void {
  const { engine, stores, missions, loop } = game
  const { pushTelemetry } = stores.telemetry.getState()
  const undo = [
    missions.connect(),
    attachTelemetry<BattleEvents>(engine, { push: pushTelemetry }),
    engine.on('error', ({ event, cause }) => console.error(`A handler of "${event}" failed`, cause)),
    stores.ui.subscribe(({ telemetryEnabled }, before) => {
      if (telemetryEnabled !== before.telemetryEnabled) switchTelemetry(game, telemetryEnabled)
    }),
    () => loop.stop(),
  ]
  loop.start()
  return () => {
    for (const step of undo) step()
  }
}

/** Follows the player's choice; only switching on is told, since off emits nothing at all. */
function switchTelemetry(game: Pick<Game, 'engine' | 'telemetry' | 'stores'>, choice: boolean): void {
  const { engine, telemetry, stores } = game
  telemetry.setEnabled(choice)
  const { enabled } = telemetry
  engine.setTelemetryEnabled(enabled)
  // The operator's flag is a ceiling: where it is off, so is the switch.
  if (choice && !enabled) stores.ui.setState({ telemetryEnabled: false })
  if (enabled) stores.telemetry.getState().pushTelemetry('telemetry_toggled', { enabled })
}
