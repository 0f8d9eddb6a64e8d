/** Keeps what the page shows of a battle and a mission in words and numbers. The canvas reads the engine itself. */

import { createStore, type StoreApi } from 'zustand/vanilla'
import type { BattleView, Phase } from '../engine/battle.ts'
import type { FrameStats } from '../frame-stats.ts'
import type { WorldView } from '../world/world-view.ts'

/** A moment of the battle; it never changes after it was taken. */
interface BattleSnapshot {
  readonly round: number
  readonly seed: number
  readonly tick: number
  readonly phase: Phase
  readonly pilotedId: string | undefined
  /** Health of the piloted ship, 0 to 1. */
  readonly pilotHealth: number
  /** Ships and bullets. */
  readonly entities: number
}

export interface GameState {
  /** Undefined until the first battle begins. */
  readonly snapshot: BattleSnapshot | undefined
  readonly redCount: number
  readonly blueCount: number
  /** Of the last second; undefined until there was one. */
  readonly frameStats: FrameStats | undefined
}

export type GameStateStore = StoreApi<GameState>

export const createGameStateStore = (): GameStateStore =>
  createStore(() => ({ snapshot: undefined, redCount: 0, blueCount: 0, frameStats: undefined }))

/** Takes what the page shows from the battle as it stands. */
export function takeSnapshot({
  round,
  seed,
  tick,
  phase,
  pilotedId,
  ships,
  bullets,
  alive,
  config,
}: BattleView): Partial<GameState> {
  const piloted = ships.find(({ id }) => id === pilotedId)
  return {
    snapshot: {
      round,
      seed,
      tick,
      phase,
      pilotedId,
      pilotHealth: (piloted?.health ?? 0) / config.shipMaxHealth,
      entities: ships.length + bullets.length,
    },
    redCount: alive.red,
    blueCount: alive.blue,
  }
}

/** A view of the world's own store. */
interface WorldViewState {
  /** Undefined in a free battle. */
  readonly view: WorldView | undefined
}

export type WorldViewStore = StoreApi<WorldViewState>

export const createWorldViewStore = (): WorldViewStore => createStore(() => ({ view: undefined }))
