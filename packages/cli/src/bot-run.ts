/** Plays a battle of bots, and sends it by the real client over a real socket. */
import { createTelemetry, type SocketPort, type Telemetry } from '@downlink/client'
import { WebSocket } from 'ws'
import type { BattleGame, HeadlessBattle } from './game-module.ts'

export interface BotRunOptions {
  readonly game: BattleGame
  readonly seed: number
  /** Where the collector takes telemetry: `ws://…/telemetry`. */
  readonly url: string
  /** Events a second to reach, by playing faster or slower. @default the battle's own `tickHz` sets the pace */
  readonly rate: number | undefined
}

export interface BotRun {
  readonly telemetry: Telemetry
  /** Stops playing, sends what is left and says goodbye. */
  finish(): Promise<void>
}

const finishTimeoutMs = 10_000

/** Connects and starts to play. */
export function startBotRun({ game, seed, url, rate }: BotRunOptions): BotRun {
  const telemetry = createTelemetry({
    url,
    enabled: true,
    build: `${game.name} ${game.version}`,
    labels: { player: 'bots', seed: String(seed) },
    // Node 20 has no WebSocket of its own.
    environment: {
      createSocket: (address, protocols) => new WebSocket(address, protocols) as unknown as SocketPort,
      development: undefined,
    },
  })
  telemetry.start()
  const battle = game.createBattle({ seed, push: telemetry.push })
  const stop = play(battle, (playedMs, ticks) =>
    rate === undefined
      ? ticks < (playedMs / 1000) * battle.tickHz
      : telemetry.stats().pushed < (playedMs / 1000) * rate,
  )
  return {
    telemetry,
    async finish() {
      stop()
      await telemetry.flush({ timeoutMs: finishTimeoutMs })
      telemetry.stop()
    },
  }
}

const turnMs = 20
/** A turn takes no longer, so that sockets get their share; a battle that can't keep up falls behind. */
const busyMs = 15
/** Time that passed without us, as in sleep, is not caught up with. */
const longestTurnMs = 250

function play(battle: HeadlessBattle, isTickDue: (playedMs: number, ticks: number) => boolean): () => void {
  let [playedMs, ticks, lastMs] = [0, 0, performance.now()]
  const timer = setInterval(() => {
    const nowMs = performance.now()
    playedMs += Math.min(nowMs - lastMs, longestTurnMs)
    lastMs = nowMs
    while (isTickDue(playedMs, ticks) && performance.now() - nowMs < busyMs) {
      battle.step()
      ticks += 1
    }
  }, turnMs)
  return () => clearInterval(timer)
}
