/** The game put together: engine, stores, telemetry and frame loop. Making it is inert; `connect` wires it. */

import { attachTelemetry } from '@downlink/client'
import type { ShipView, Team } from './engine/battle.ts'
import type { BattleConfig } from './engine/config.ts'
import { createEngine, type Engine } from './engine/engine.ts'
import type { BattleEvents } from './engine/events.ts'
import { createFrameMeter } from './frame-stats.ts'
import { createLoop, type FramePort, type Loop } from './loop.ts'
import { createGameStateStore, type GameStateStore, takeSnapshot } from './stores/game-state.ts'
import { type BattleTelemetry, createTelemetryStore, type TelemetryStore } from './stores/telemetry.ts'
import { createUiStore, type UiStore } from './stores/ui.ts'

export interface GameControls {
  /** Begins the first battle, or goes on after a pause. */
  readonly start: () => void
  /** Pauses. */
  readonly stop: () => void
  /** Reinforces a team, by default the smaller one. */
  readonly spawnShip: (team?: Team) => void
  /** Begins a new battle with what is set now. */
  readonly reset: () => void
}

export interface Game extends GameControls {
  /** Puts a ship into the player's hands: the given one, or the fittest of the side that is behind. */
  readonly takeOver: (shipId?: string) => void
  /** Hands it back to its bot. */
  readonly release: () => void
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
}

export interface GameOptions {
  readonly telemetry: BattleTelemetry
  /** Seed of the first battle. */
  readonly seed: number
  /** The battlefield's size in pixels, asked at each reset. @default 1280 × 800 */
  readonly fieldSize?: () => Pick<BattleConfig, 'canvasWidth' | 'canvasHeight'>
  readonly frames?: FramePort
}

/** Ticks between two snapshots: ten a second are as many as anyone reads. */
const snapshotTicks = 6

/** The most ships a player may call in before the screen is only ships. */
const mostShipsByHand = 200

export function createGame({ telemetry, seed, fieldSize, frames }: GameOptions): Game {
  const stores: Stores = {
    telemetry: createTelemetryStore(telemetry),
    gameState: createGameStateStore(),
    ui: createUiStore({ telemetryEnabled: telemetry.enabled, seed }),
  }
  const { gameState, ui } = stores
  const engine = createEngine({ seed, enableTelemetry: telemetry.enabled })
  const meter = createFrameMeter()

  const snapshot = (): void => gameState.setState(takeSnapshot(engine.battle))

  const loop = createLoop({
    tickHz: () => engine.tickHz,
    speed: () => (ui.getState().running ? ui.getState().speed : 0),
    tick() {
      engine.step()
      if (engine.battle.tick % snapshotTicks === 0) snapshot()
    },
    measure(frameMs) {
      const { running, telemetryEnabled } = ui.getState()
      const frameStats = running ? meter.add(frameMs) : meter.clear()
      if (!frameStats) return
      gameState.setState({ frameStats })
      if (!telemetryEnabled) return
      const { ships, bullets } = engine.battle
      const entities = ships.length + bullets.length
      stores.telemetry.getState().pushTelemetry('frame_stats', { ...frameStats, entities })
    },
    ...(frames && { frames }),
  })

  /** Follows the one switch; only switching on is told, since off emits nothing at all. */
  function switchTelemetry(enabled: boolean): void {
    telemetry.setEnabled(enabled)
    engine.setTelemetryEnabled(enabled)
    if (enabled) stores.telemetry.getState().pushTelemetry('telemetry_toggled', { enabled })
  }

  function reset(): void {
    const { shipsPerTeam, seed } = ui.getState()
    engine.reset({ ...fieldSize?.(), shipsPerTeam, seed })
    ui.setState({ running: true })
    snapshot()
  }

  return {
    engine,
    telemetry,
    stores,
    loop,
    reset,
    start() {
      if (gameState.getState().snapshot) ui.setState({ running: true })
      else reset()
    },
    stop() {
      ui.setState({ running: false })
      // What stands still on the screen stands in the HUD, too.
      if (gameState.getState().snapshot) snapshot()
    },
    spawnShip(team) {
      const { red, blue } = engine.battle.alive
      if (red + blue >= mostShipsByHand) return
      engine.spawnShip(team ?? teamBehind(engine))
      snapshot()
    },
    takeOver(shipId = fittestShip(engine)) {
      if (shipId) engine.takeOver(shipId)
      snapshot()
    },
    release() {
      engine.release()
      snapshot()
    },
    connect() {
      const { pushTelemetry } = stores.telemetry.getState()
      const undo = [
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
