/** Names what is read and heard of a game, of Phaser 3.60 and newer: Phaser itself is the game's to install. */
import type { Telemetry } from '../create-telemetry.ts'
import type { TypedPush, WithEvents } from '../events-wanted.ts'
import type { PhaserEvents } from './events.ts'

/** What of a telemetry is used. */
export type PhaserTelemetry = Pick<Telemetry, 'setContext'> & TypedPush

/** Nothing where a telemetry has the events of Phaser among its own, or any. */
export type TakingPhaser<Own extends PhaserTelemetry> = WithEvents<Own, PhaserEvents, PhaserEventsMissing>

interface PhaserEventsMissing {
  readonly 'Expected PhaserEvents of @downlink/client/phaser among the events of createTelemetry': keyof PhaserEvents
}

/** The part of a `Phaser.Game`. */
export interface PhaserGame {
  readonly events: PhaserEmitter
  readonly scene: { readonly scenes: readonly PhaserScene[] }
}

export interface PhaserEmitter {
  on(event: string, listener: () => void): unknown
  off(event: string, listener: () => void): unknown
}

/** The part of a `Phaser.Scene`. */
export interface PhaserScene {
  readonly sys: {
    readonly events: PhaserEmitter
    readonly settings: {
      readonly key: string
      /** A constant of `Phaser.Scenes`. */
      readonly status: number
    }
    readonly displayList?: { readonly length: number }
  }
}

/** Hears an emitter until the game is let go. */
export type Listen = (emitter: PhaserEmitter, event: string, listener: () => void) => void

export type PhaserPush = Telemetry<PhaserEvents>['push']

export const toTenths = (ms: number): number => Math.round(ms * 10) / 10
