/** The game put together: engine, stores, telemetry and frame loop. Making it is inert; `connect` wires it. */

import { attachTelemetry } from '@downlink/client'
import type { Controls, ShipView, Team } from './engine/battle.ts'
import { type BattleConfig, battleDefaults } from './engine/config.ts'
import { createEngine, type Engine } from './engine/engine.ts'
import type { BattleEvents } from './engine/events.ts'
import { createFrameMeter } from './frame-stats.ts'
import { createLoop, type FramePort, type Loop } from './loop.ts'
import { createMissionControl, type MissionChoice, type MissionControl } from './mission-control.ts'
import { createGameStateStore, type GameStateStore, takeSnapshot } from './stores/game-state.ts'
import { type BattleTelemetry, createTelemetryStore, type TelemetryStore } from './stores/telemetry.ts'
import { createUiStore, type UiStore } from './stores/ui.ts'
import type { WorldViewStore } from './stores/world.ts'

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

/** What a player's hands do. They do nothing while a bot flies the mission. */
interface Hands {
  /**
   * Puts a ship into the player's hands: the given one, or the fittest of the side that is behind; in a mission one of
   * the player's own side.
   */
  readonly takeOver: (shipId?: string) => void
  readonly steer: (controls: Readonly<Controls>) => void
  /** Hands the ship back to its bot. */
  readonly release: () => void
}

export interface Game extends GameControls, Hands {
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

/** Ticks between two snapshots: ten a second are as many as anyone reads. */
const snapshotTicks = 6

/** The most ships a player may call in before the screen is only ships. */
const maxShipsByHand = 200

export function createGame({ telemetry, seed, fieldSize, now = Date.now, frames }: GameOptions): Game {
  const gameState = createGameStateStore()
  const ui = createUiStore({ telemetryAllowed: telemetry.enabled, seed })
  const telemetryStore = createTelemetryStore(telemetry)
  const engine = createEngine({ seed, enableTelemetry: telemetry.enabled })
  const missions = createMissionControl({
    engine,
    telemetry,
    push: () => telemetryStore.getState().pushTelemetry,
    now,
  })
  const stores: Stores = { telemetry: telemetryStore, gameState, ui, world: missions.view }
  const meter = createFrameMeter()

  const snapshot = (): void => {
    gameState.setState(takeSnapshot(engine.battle))
    missions.show()
  }

  const isByBot = (): boolean => missions.mission?.isByBot === true

  /** A player who reads or chooses should not be shot meanwhile; a bot does not mind. */
  function isPlaying(): boolean {
    const { running, inspectorOpen, menuOpen } = ui.getState()
    return running && !menuOpen && (!inspectorOpen || isByBot())
  }

  const hasEnded = (): boolean => missions.mission !== undefined && missions.mission.status !== 'running'

  function tick(): void {
    if (missions.mission) missions.mission.step()
    else engine.step()
    if (hasEnded()) {
      // Also where several ticks fall into one frame: after its last one a mission takes no further steps.
      ui.setState({ running: false })
      snapshot()
    } else if (engine.battle.tick % snapshotTicks === 0) snapshot()
  }

  const loop = createLoop({
    tickHz: () => engine.tickHz,
    speed: () => (isPlaying() ? ui.getState().speed : 0),
    tick,
    measure(frameMs) {
      const frameStats = isPlaying() ? meter.add(frameMs) : meter.clear()
      if (!frameStats) return
      gameState.setState({ frameStats })
      if (!ui.getState().telemetryEnabled) return
      const { ships, bullets } = engine.battle
      const entities = ships.length + bullets.length
      telemetryStore.getState().pushTelemetry('frame_stats', { ...frameStats, entities })
    },
    ...(frames && { frames }),
  })

  /** Follows the player's choice; only switching on is told, since off emits nothing at all. */
  function switchTelemetry(choice: boolean): void {
    telemetry.setEnabled(choice)
    const { enabled } = telemetry
    engine.setTelemetryEnabled(enabled)
    // The operator's flag is a ceiling: where it is off, so is the switch.
    if (choice && !enabled) ui.setState({ telemetryEnabled: false })
    if (enabled) telemetryStore.getState().pushTelemetry('telemetry_toggled', { enabled })
  }

  function startBattle(): void {
    missions.leave()
    const { shipsPerTeam, seed } = ui.getState()
    engine.reset({ ...fieldSize?.(), shipsPerTeam, seed })
    ui.setState({ running: true, menuOpen: false })
    snapshot()
  }

  function startMission(choice: MissionChoice): void {
    const { seed } = ui.getState()
    const mission = missions.prepare(choice, seed)
    const { canvasWidth, canvasHeight, shipsPerTeam } = battleDefaults
    engine.reset({ canvasWidth, canvasHeight, shipsPerTeam, seed })
    mission.begin()
    ui.setState({ running: true, menuOpen: false })
    snapshot()
  }

  function reset(): void {
    if (missions.mission) startMission({ id: missions.mission.definition.id, byBot: isByBot() })
    else startBattle()
  }

  return {
    engine,
    telemetry,
    stores,
    loop,
    missions,
    reset,
    startBattle,
    startMission,
    start() {
      if (hasEnded()) return
      if (gameState.getState().snapshot) ui.setState({ running: true })
      else startBattle()
    },
    stop() {
      ui.setState({ running: false })
      // What stands still on the screen stands in the HUD, too.
      if (gameState.getState().snapshot) snapshot()
    },
    spawnShip(team) {
      const { red, blue } = engine.battle.alive
      // A mission's fleets are its own business.
      if (missions.mission || red + blue >= maxShipsByHand) return
      engine.spawnShip(team ?? teamBehind(engine))
      snapshot()
    },
    takeOver(shipId) {
      if (isByBot()) return
      if (missions.mission) missions.mission.takeOver(shipId)
      else {
        const chosen = shipId ?? fittestShip(engine)
        if (chosen) engine.takeOver(chosen)
      }
      snapshot()
    },
    steer(controls) {
      if (!isByBot()) engine.input(controls)
    },
    release() {
      if (isByBot()) return
      engine.release()
      snapshot()
    },
    inspect(open) {
      if (open) missions.mission?.readStandings()
      ui.setState({ inspectorOpen: open })
    },
    connect() {
      const { pushTelemetry } = telemetryStore.getState()
      const undo = [
        missions.connect(),
        attachTelemetry<BattleEvents>(engine, { push: pushTelemetry }),
        engine.on('error', ({ event, cause }) => console.error(`A handler of "${event}" failed`, cause)),
        ui.subscribe(({ telemetryEnabled }, before) => {
          if (telemetryEnabled !== before.telemetryEnabled) switchTelemetry(telemetryEnabled)
        }),
        () => loop.stop(),
      ]
      loop.start()
      return () => {
        for (const step of undo) step()
      }
    },
  }
}

const teamBehind = ({ battle }: Engine): Team => (battle.alive.red < battle.alive.blue ? 'red' : 'blue')

const fittestShip = (engine: Engine): string | undefined =>
  engine.battle.ships
    .filter(({ team }) => team === teamBehind(engine))
    .reduce<ShipView | undefined>((best, ship) => (ship.health > (best?.health ?? 0) ? ship : best), undefined)?.id
