/** Delivers what the session of an earlier page has left in the spool: as that session, on a connection of its own. */
import { createBuffer } from '../buffer.ts'
import type { Clock } from '../clock.ts'
import { createConnector } from '../connector.ts'
import type { TelemetrySettings } from '../options.ts'
import type { Entry } from '../outbox.ts'
import type { Environment } from '../ports.ts'
import type { Chunk, SavedSession } from './spool-store.ts'

/** `stopped`: another page has to try again. */
export type Delivery = 'delivered' | 'refused' | 'stopped'

/**
 * @param settings of this page: address and key are today's, while what describes the session is its own
 * @param signal stops it
 */
export function deliverSession(
  saved: SavedSession,
  chunks: readonly Chunk[],
  settings: TelemetrySettings,
  environment: Environment,
  clock: Clock,
  signal: AbortSignal,
): Promise<Delivery> {
  const { id, proof, build, labels, schema, version, left, pushed, acked, totals } = saved
  const entries = chunks.flatMap(({ text }): Entry[] => JSON.parse(text)).filter(({ seq }) => seq > acked)
  const own = { ...settings, build, labels, schema, version, capacity: Math.max(1, entries.length), recentEvents: 1 }
  const quiet = { ...environment, development: undefined, warn() {} }
  return new Promise((resolve) => {
    const finish = (delivery: Delivery, isEnd = false): void => {
      unsubscribe()
      connector.disconnect(isEnd ? 'idle' : 'disabled')
      resolve(delivery)
    }
    const session = {
      ...{ id, proof },
      // Above all epochs of its own page, and those of pages that tried before.
      epoch: environment.wallMs(),
      // The collector has more than was written here, and so all of this.
      renew: () => finish('delivered'),
    }
    const buffer = createBuffer(own, quiet, clock, session, () => true)
    const { outbox } = buffer
    for (const { seq, type, timestamp, data } of entries) {
      outbox.pushed = seq - 1
      outbox.push(type, timestamp, data)
    }
    // What is neither here nor dropped for another reason had no room in the spool.
    const { overflow: _, ...dropped } = saved.dropped
    Object.assign(outbox, { pushed, acked, totals, dropped: { ...dropped, overflow: Infinity } })
    outbox.rewind()
    const connector = createConnector(own, quiet, buffer, session, clock)
    const unsubscribe = buffer.subscribe(() => {
      const link = connector.status()
      if (outbox.acked >= pushed) finish('delivered', left)
      else if (link.status === 'stopped') finish(link.reason === 'forbidden' ? 'refused' : 'stopped')
    })
    signal.addEventListener('abort', () => finish('stopped'))
    connector.start()
  })
}
