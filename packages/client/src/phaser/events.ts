/** Defines the events that a Phaser game records: their types for `push`, their schemas for the collector. */
import { type DataSchema, number, objectSchema, text } from '../auto/events.ts'

/** Payloads by event type. All times are in milliseconds. */
export type PhaserEvents = {
  readonly scene_started: { readonly scene: string }
  readonly scene_ended: { readonly scene: string; readonly durationMs: number }
  /** Or sent to sleep. */
  readonly scene_paused: { readonly scene: string }
  readonly scene_resumed: { readonly scene: string; readonly pausedMs: number }
  /** By the game itself, or because its page is out of sight. */
  readonly game_paused: Readonly<Record<string, never>>
  readonly game_resumed: { readonly pausedMs: number }
  /** Once a second: what 95 of 100 steps did not exceed, the longest step, and the game objects that were on display. */
  readonly step_times: {
    readonly updateP95: number
    readonly renderP95: number
    readonly max: number
    readonly objects: number
  }
}

/**
 * For a collector with a schema, which takes no type that it does not know.
 *
 * @example defineEvents({ ...phaserEvents, level_started: z.object({ level: z.int() }) })
 */
export const phaserEvents: { readonly [Type in keyof PhaserEvents]: DataSchema<PhaserEvents[Type]> } = {
  scene_started: objectSchema<PhaserEvents['scene_started']>({ scene: text }),
  scene_ended: objectSchema<PhaserEvents['scene_ended']>({ scene: text, durationMs: number }),
  scene_paused: objectSchema<PhaserEvents['scene_paused']>({ scene: text }),
  scene_resumed: objectSchema<PhaserEvents['scene_resumed']>({ scene: text, pausedMs: number }),
  game_paused: objectSchema<PhaserEvents['game_paused']>({}),
  game_resumed: objectSchema<PhaserEvents['game_resumed']>({ pausedMs: number }),
  step_times: objectSchema<PhaserEvents['step_times']>({
    updateP95: number,
    renderP95: number,
    max: number,
    objects: number,
  }),
}
