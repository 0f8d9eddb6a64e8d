/** Delivers what the session of an earlier page has left in the spool: as that session, on a connection of its own. */
import { createBuffer } from '../buffer.ts'
import type { Clock } from '../clock.ts'
import { type Connector, createConnector } from '../connector.ts'
import type { EventFacts } from '../context.ts'
import type { TelemetrySettings } from '../options.ts'
import { type Entry, sumOf } from '../outbox.ts'
import type { Environment } from '../ports.ts'
import type { Chunk, SavedSession } from './spool-store.ts'

/** `refused`: for what the session is, such as forgotten. `stopped`: another page has to try again. */
export type Delivery = 'delivered' | 'refused' | 'stopped'

/**
 * @param settings of this page: address and key are today's, while what describes the session is its own
 * @param ours the connector of this page
 * @param over stops it
 */
export function deliverSession(
  settings: TelemetrySettings,
  environment: Environment,
  clock: Clock,
  ours: Connector,
  over: Promise<unknown>,
  saved: SavedSession,
  chunks: readonly Chunk[],
): Promise<Delivery> {
  const entries = chunks.flatMap(entriesOf)
  const own = { ...settings, ...saved.metadata, capacity: entries.length + 1 }
  const quiet = { ...environment, warn() {} }
  return new Promise((resolve) => {
    const finish = (delivery: Delivery): void => {
      unsubscribe()
      // Idle, it says that nothing follows.
      connector.disconnect(saved.left && outbox.acked >= saved.line.pushed ? 'idle' : 'disabled')
      resolve(delivery)
    }
    const session = {
      ...saved,
      // Above all epochs of its own page, and those of pages that tried before.
      epoch: environment.wallMs(),
      // The collector has more than was written here, and so all of this.
      renew: () => finish('delivered'),
    }
    const buffer = createBuffer(own, quiet, clock, session, () => true)
    const { outbox } = buffer
    outbox.pushed = saved.line.pushed
    outbox.requeue(entries)
    outbox.ack(saved.line.acked)
    // What is neither here nor dropped for another reason had no room in the spool.
    const { overflow: _, ...dropped } = saved.line.dropped
    Object.assign(outbox, saved.line, { dropped: { ...dropped, overflow: Infinity } })
    outbox.rewind()
    const connector = createConnector(own, quiet, buffer, session, clock)
    const unsubscribe = buffer.subscribe(() => {
      const link = connector.status()
      if (outbox.acked >= saved.line.pushed) finish('delivered')
      // Where our own is welcome it is not our origin that is refused.
      else if (link.status === 'stopped')
        finish(link.reason === 'forbidden' && ours.status().status === 'open' ? 'refused' : 'stopped')
    })
    connector.start()
    over.then(() => finish('stopped'))
  })
}

function entriesOf({ from, text }: Chunk): Entry[] {
  const entries: Entry[] = []
  let before: EventFacts = {}
  for (const element of JSON.parse(text)) {
    element.context ??= before.context
    element.labels ??= before.labels
    before = element
    if (element.drop) from += sumOf(element.drop)
    else entries.push({ ...element, seq: from++ })
  }
  return entries
}
