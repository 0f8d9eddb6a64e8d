/** Makes the game's telemetry: its own events, what every game records, and what Phaser does. */
import { startTelemetry } from '@downlink/client/auto'
import type { PhaserEvents } from '@downlink/client/phaser'

type GameEvents = {
  readonly star_caught: { readonly x: number; readonly score: number }
  readonly star_missed: { readonly x: number; readonly y: number; readonly lives: number }
  readonly game_over: { readonly score: number }
}

export const telemetry = startTelemetry<GameEvents & PhaserEvents>({ enabled: true, build: '1.0.0' })
