/** Opens the clients of a verification: one a session, each with a relay on its way where links are to fail. */
import { telemetryPath } from '@downlink/protocol'
import { type Client, createClient } from './client.ts'
import { createEventSource } from './event-source.ts'
import type { LinkFault } from './fault-plan.ts'
import { openRelay, type Relay, unbracketed } from './relay.ts'

export interface Clients {
  /** Those that the faults are for. */
  readonly all: readonly Client[]
  /** One more, on a link without faults. */
  openDirect(): Client
  /** Resolves once the fault has met a link. */
  inject(fault: LinkFault): Promise<void>
  /** Links have no faults any more. */
  heal(): void
  /** Stops all that were opened. */
  close(): Promise<void>
}

export interface ClientsOptions {
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

export async function openClients(options: ClientsOptions): Promise<Clients> {
  const { key, run, seed, sessions, hasRelays, hasOverflow, startMs } = options
  const url = `${options.url.replace(/\/+$/, '')}${telemetryPath}`
  const target = addressOf(url)
  const relays = await Promise.all(Array.from({ length: hasRelays ? sessions : 0 }, () => openRelay(target)))
  const opened: Client[] = []
  const all = Array.from({ length: sessions }, (_, at) =>
    open(relays[at], hasOverflow && at > 0 && at === sessions - 1),
  )
  return {
    all,
    openDirect: () => open(undefined, false),
    async inject({ session, link }) {
      if (link.kind === 'beacon') all[session]?.hideAndShow(link.isLeft)
      else await relays[session]?.inject(link)
    },
    heal() {
      for (const relay of relays) relay.heal()
    },
    async close() {
      for (const client of opened) client.stop()
      await Promise.all(relays.map((relay) => relay.close()))
    },
  }

  function open(relay: Relay | undefined, overflows: boolean): Client {
    const eventAt = createEventSource(seed, opened.length, startMs)
    const client = createClient({ url, key, run, eventAt, relayPort: relay?.port, overflows })
    opened.push(client)
    client.start()
    return client
  }
}

function addressOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(url)
  return { host: unbracketed(hostname), port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) }
}
