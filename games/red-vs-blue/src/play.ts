/** Plays a game tick by tick: when it runs, what the page shows of it, and how smoothly it runs. */

import type { Engine } from './engine/engine.ts'
import { createFrameMeter, type FrameStats } from './frame-stats.ts'
import { createLoop, type FramePort, type Loop } from './loop.ts'
import type { MissionControl } from './mission-control.ts'
import { type GameStateStore, takeSnapshot } from './stores/game-state.ts'
import type { TelemetryStore } from './stores/telemetry.ts'
import type { UiStore } from './stores/ui.ts'

export interface Play {
  readonly loop: Loop
  /** Shows battle and mission as they stand. */
  show(): void
  /** A bot flies the mission: the player's hands do nothing. */
  isByBot(): boolean
  /** The mission is over. */
  hasEnded(): boolean
}

export interface PlayOptions {
  readonly engine: Engine
  readonly missions: MissionControl
  readonly ui: UiStore
  readonly gameState: GameStateStore
  readonly telemetry: TelemetryStore
  readonly frames: FramePort | undefined
}

/** Ticks between two snapshots: ten a second are as many as anyone reads. */
const snapshotTicks = 6

export function createPlay({ engine, missions, ui, gameState, telemetry, frames }: PlayOptions): Play {
  const meter = createFrameMeter()
  const isByBot = (): boolean => missions.mission?.isByBot === true
  const hasEnded = (): boolean => missions.mission !== undefined && missions.mission.status !== 'running'

  function show(): void {
    gameState.setState(takeSnapshot(engine.battle))
    missions.show()
  }

  /** A player who reads or chooses should not be shot meanwhile; a bot does not mind. */
  function isPlaying(): boolean {
    const { running, inspectorOpen, menuOpen } = ui.getState()
    return running && !menuOpen && (!inspectorOpen || isByBot())
  }

  function tick(): void {
    if (missions.mission) missions.mission.step()
    else engine.step()
    if (hasEnded()) {
      // Also where several ticks fall into one frame: after its last one a mission takes no further steps.
      ui.setState({ running: false })
      show()
    } else if (engine.battle.tick % snapshotTicks === 0) show()
  }

  function record(frameStats: FrameStats): void {
    gameState.setState({ frameStats })
    if (!ui.getState().telemetryEnabled) return
    const { ships, bullets } = engine.battle
    telemetry.getState().pushTelemetry('frame_stats', { ...frameStats, entities: ships.length + bullets.length })
  }

  const loop = createLoop({
    tickHz: () => engine.tickHz,
    speed: () => (isPlaying() ? ui.getState().speed : 0),
    tick,
    measure(frameMs) {
      const frameStats = isPlaying() ? meter.add(frameMs) : meter.clear()
      if (frameStats) record(frameStats)
    },
    ...(frames && { frames }),
  })
  return { loop, show, isByBot, hasEnded }
}
