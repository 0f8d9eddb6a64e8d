import { it } from 'vitest'
import { createTelemetry } from '../create-telemetry.ts'
import { attachPhaser, type PhaserEvents, type PhaserGame } from './attach-phaser.ts'

declare const game: PhaserGame

it('records beside any events, and those that have its own among them', () => {
  attachPhaser(game, createTelemetry())
  attachPhaser(game, createTelemetry<PhaserEvents>())
  attachPhaser(game, createTelemetry<PhaserEvents & { level_started: { level: number } }>())
  // @ts-expect-error a collector of these events would refuse those of Phaser
  attachPhaser(game, createTelemetry<{ level_started: { level: number } }>())
  // @ts-expect-error the game's own has another payload
  attachPhaser(game, createTelemetry<Omit<PhaserEvents, 'scene_started'> & { scene_started: { id: number } }>())
})
