/** Puts the players of a verification on their places: one a session, each with a relay on its way where links are to fail. */
import { telemetryPath } from '@downlink/protocol'
import { createEventSource } from './event-source.ts'
import type { LinkFault } from './fault-plan.ts'
import { createPlayer, type Player } from './player.ts'
import { openRelay, type Relay } from './relay.ts'

export interface Cast {
  readonly players: readonly Player[]
  /** One that comes besides, by a link that nothing happens to. */
  newcomer(): Player
  /** Resolves once a link was treated so. */
  deal(fault: LinkFault): Promise<void>
  /** Nothing happens to links any more. */
  calm(): void
  /** Says goodbye for all. */
  leave(): Promise<void>
}

export interface CastOptions {
  /** Of the collector; may have a path of its own. */
  readonly url: string
  readonly key: string | undefined
  /** Value of the label that tells this run's sessions. */
  readonly run: string
  readonly seed: number
  readonly sessions: number
  readonly hasRelays: boolean
  /** The last one pushes on where there is no room. */
  readonly hasOverflow: boolean
  /** The first event's timestamp, in milliseconds since 1970. */
  readonly startMs: number
}

export async function openCast(options: CastOptions): Promise<Cast> {
  const { key, run, seed, sessions, hasRelays, hasOverflow, startMs } = options
  const url = `${options.url.replace(/\/+$/, '')}${telemetryPath}`
  const target = addressOf(url)
  const relays = await Promise.all(Array.from({ length: hasRelays ? sessions : 0 }, () => openRelay(target)))
  const all: Player[] = []
  const players = Array.from({ length: sessions }, (_, at) =>
    enter(relays[at], hasOverflow && at > 0 && at === sessions - 1),
  )
  return {
    players,
    newcomer: () => enter(undefined, false),
    async deal(fault) {
      if (fault.how === 'beacon') players[fault.session]?.flicker(fault.isLeft)
      else await relays[fault.session]?.mistreat(fault)
    },
    calm() {
      for (const relay of relays) relay.calm()
    },
    async leave() {
      for (const player of all) player.stop()
      await Promise.all(relays.map((relay) => relay.close()))
    },
  }

  function enter(relay: Relay | undefined, overflows: boolean): Player {
    const eventAt = createEventSource(seed, all.length, startMs)
    const player = createPlayer({ url, key, run, eventAt, relayPort: relay?.port, overflows })
    all.push(player)
    player.start()
    return player
  }
}

function addressOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  return { host, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) }
}
