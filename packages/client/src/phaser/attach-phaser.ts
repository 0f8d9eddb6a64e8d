/** Records what a Phaser game does: which scenes run, when it pauses, and what its steps cost. */
import { monotonicMs } from './environment.ts'
import {
  type Listen,
  type PhaserGame,
  type PhaserPush,
  type PhaserTelemetry,
  type TakingPhaser,
  toTenths,
} from './ports.ts'
import { followScenes } from './scenes.ts'
import { measureSteps } from './step-times.ts'

export type { PhaserEvents } from './events.ts'
export type { PhaserGame, PhaserTelemetry } from './ports.ts'

/**
 * The scenes that run are in the context, too, as `scene`: of each event it is known where in the game it happened.
 *
 * @returns how to detach; a game that is destroyed needs none
 * @example const detach = attachPhaser(new Phaser.Game(config), telemetry)
 */
export function attachPhaser<Own extends PhaserTelemetry>(
  game: PhaserGame,
  telemetry: Own & TakingPhaser<Own>,
): () => void {
  const push = telemetry.push as PhaserPush
  const stops: (() => void)[] = []
  const listen: Listen = (emitter, event, listener) => {
    emitter.on(event, listener)
    stops.push(() => emitter.off(event, listener))
  }
  followScenes(game, push, listen, (keys) => telemetry.setContext({ scene: keys.join(' + ') || undefined }))
  measureSteps(game, push, listen)
  let pausedMs = monotonicMs()
  listen(game.events, 'pause', () => {
    pausedMs = monotonicMs()
    push('game_paused', {})
  })
  listen(game.events, 'resume', () => push('game_resumed', { pausedMs: toTenths(monotonicMs() - pausedMs) }))
  return () => {
    for (const stop of stops) stop()
  }
}
