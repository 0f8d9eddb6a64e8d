/** Makes what the tests of the game share: a game without a screen, frames on demand, telemetry that counts its sockets. */

import { createTelemetry, type SocketPort } from '@downlink/client'
import type { BattleEvents } from './engine/events.ts'
import { createGame, type Game } from './game.ts'
import type { FramePort } from './loop.ts'
import type { BattleTelemetry } from './stores/telemetry.ts'

/** `digestBattle({ seed: 7, ticks: 3600 })`: changes with every change of the rules, and with nothing else. */
export const goldenDigest = '143ed741b8285a48'

/** A screen that shows a frame when told. */
export interface FakeFrames extends FramePort {
  /** Lets time pass, then shows a frame. */
  show(afterMs: number): void
  hide(): void
  /** Frames asked for and not shown. */
  readonly waiting: number
  /** Listeners for hiding. */
  readonly watching: number
}

export function fakeFrames(): FakeFrames {
  const runs = new Set<(nowMs: number) => void>()
  const hidings = new Set<() => void>()
  let nowMs = 0
  return {
    requestFrame(run) {
      runs.add(run)
      return () => runs.delete(run)
    },
    onHidden(run) {
      hidings.add(run)
      return () => hidings.delete(run)
    },
    show(afterMs) {
      nowMs += afterMs
      const due = [...runs]
      runs.clear()
      for (const run of due) run(nowMs)
    },
    hide() {
      for (const run of hidings) run()
    },
    get waiting() {
      return runs.size
    },
    get watching() {
      return hidings.size
    },
  }
}

/** A telemetry whose sockets go nowhere and are counted. */
export function countedTelemetry(enabled: boolean): { telemetry: BattleTelemetry; openSockets: () => number } {
  let openSockets = 0
  const createSocket = (): SocketPort => {
    openSockets++
    let isOpen = true
    return {
      bufferedAmount: 0,
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
      send: () => {},
      close() {
        if (isOpen) openSockets--
        isOpen = false
      },
    }
  }
  const telemetry = createTelemetry<BattleEvents>({
    enabled,
    url: 'ws://127.0.0.1:1/telemetry',
    environment: { createSocket },
  })
  return { telemetry, openSockets: () => openSockets }
}

export interface TestGame extends Game {
  readonly frames: FakeFrames
  readonly openSockets: () => number
  /** Types of the events in the buffer, oldest first. */
  readonly buffered: () => string[]
}

/** A game of six ships on a fake screen. */
export function testGame({
  enabled = true,
  now = 0,
}: {
  readonly enabled?: boolean
  readonly now?: number
} = {}): TestGame {
  const frames = fakeFrames()
  const { telemetry, openSockets } = countedTelemetry(enabled)
  const game = createGame({ telemetry, seed: 7, now: () => now, frames })
  game.stores.ui.setState({ shipsPerTeam: 3 })
  return { ...game, frames, openSockets, buffered: () => telemetry.buffer.peek(5000).map(({ type }) => type) }
}
