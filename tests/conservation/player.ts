/** Plays a game on through everything: the real client, over real sockets, with its memory of what it pushed. */
import { createTelemetry, type PageSignal, type Telemetry } from '@downlink/client'
import { WebSocket } from 'ws'
import type { Chance } from './random.ts'

export interface Player {
  readonly telemetry: Telemetry
  /** What was pushed, by sequence from 1: [type, timestamp, data as JSON]. */
  readonly pushed: readonly (readonly [string, number, string])[]
  /** Pushes up to `count` events; fewer where there is no room, unless it is one that overflows. */
  play(count: number): void
  /** The page is hidden, or left and come back to: beacons overtake what the socket carries. */
  flicker(): void
}

export interface PlayerOptions {
  readonly socketUrl: string
  /** Where beacons go, past the relay. */
  readonly postUrl: string
  readonly capacity: number
  /** Pushes on where there is no room. */
  readonly overflows: boolean
  readonly chance: Chance
}

const types = ['bullet_fired', 'bullet_hit', 'ship_destroyed', 'frame_stats']
const texts = ['', 'plain', 'Grüße', '🚀🚀', '"quoted", \\ and\nbroken', '\u0000\u001f', '__proto__']

export function createPlayer({ socketUrl, postUrl, capacity, overflows, chance }: PlayerOptions): Player {
  const pushed: (readonly [string, number, string])[] = []
  let signal: (signal: PageSignal) => void = () => {}
  const telemetry = createTelemetry({
    url: socketUrl,
    enabled: true,
    capacity,
    recentEvents: 1,
    drainIntervalMs: 40,
    ackDeadlineMs: 600,
    backoffBaseMs: 20,
    backoffCapMs: 200,
    minUptimeMs: 200,
    environment: {
      createSocket: (url, protocols) => new WebSocket(url, protocols),
      post: (_, body) => beacon(postUrl, body),
      onSignal: (listener) => {
        signal = listener
        return () => {}
      },
      warn: () => {},
    },
  })
  return {
    telemetry,
    pushed,
    play(count) {
      for (let i = 0; i < count; i++) {
        const { queued, inFlight } = telemetry.stats()
        if (!overflows && queued + inFlight >= capacity) return
        const type = types[chance(types.length)] ?? ''
        const data = { n: pushed.length + 1, text: texts[chance(texts.length)], x: chance(1_000_000) / 1000 }
        telemetry.push(type, data)
        pushed.push([type, telemetry.recent(1)[0]?.timestamp ?? 0, JSON.stringify(data)])
      }
    },
    flicker() {
      signal('hidden')
      if (chance(3) > 0) return signal('visible')
      signal('pagehide')
      signal('pageshow')
    },
  }
}

async function beacon(url: string, body: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(2000) })
    return await answer.text()
  } catch {
    return undefined
  }
}
