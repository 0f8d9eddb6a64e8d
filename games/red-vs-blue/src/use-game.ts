/** Wires the game to React for as long as its component is mounted. */

import { useEffect } from 'react'
import type { Game, GameControls } from './game.ts'

/**
 * Wires the game's telemetry before anything can start, so that `round_started` and the first `ship_spawned` reach the
 * buffer, and takes all of it away again on unmounting. Strict mode's second mount changes nothing.
 *
 * @param game made once, outside of any component
 */
export function useGame(game: Game): GameControls {
  useEffect(() => game.connect(), [game])
  const { start, stop, spawnShip, reset } = game
  return { start, stop, spawnShip, reset }
}
