/** Keeps what the player has set. */

import { createStore, type StoreApi } from 'zustand/vanilla'

export interface UiState {
  /** False on the title screen and while paused. */
  readonly running: boolean
  /** The operator's flag, a ceiling: where it is off, there is nothing to choose. */
  readonly telemetryAllowed: boolean
  /** The player's choice under it: it drives the client and the engine. */
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

/** @param initial where the operator's flag stands, and the first battle's seed */
export const createUiStore = (initial: Pick<UiState, 'telemetryAllowed' | 'seed'>): UiStore =>
  createStore(() => ({
    telemetryEnabled: initial.telemetryAllowed,
    running: false,
    settingsOpen: false,
    menuOpen: false,
    inspectorOpen: false,
    speed: 1,
    shipsPerTeam: 25,
    ...initial,
  }))
