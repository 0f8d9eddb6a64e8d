/** What the player has set. */

import { createStore, type StoreApi } from 'zustand/vanilla'

export interface UiState {
  /** False on the title screen and while paused. */
  readonly running: boolean
  /** The one telemetry switch: it drives the client and the engine. */
  readonly telemetryEnabled: boolean
  readonly settingsOpen: boolean
  /** The choice of battle and missions, over a battle that has begun. */
  readonly menuOpen: boolean
  readonly inspectorOpen: boolean
  /** Times real speed, 0.25 to 4. */
  readonly speed: number
  /** Used from the next reset on. */
  readonly shipsPerTeam: number
  /** Used from the next reset on. */
  readonly seed: number
}

export type UiStore = StoreApi<UiState>

/** @param initial where the feature flag stands, and the first battle's seed */
export const createUiStore = (initial: Pick<UiState, 'telemetryEnabled' | 'seed'>): UiStore =>
  createStore(() => ({
    running: false,
    settingsOpen: false,
    menuOpen: false,
    inspectorOpen: false,
    speed: 1,
    shipsPerTeam: 25,
    ...initial,
  }))
