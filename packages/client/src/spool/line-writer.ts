/** Writes the line of a session to the spool: what is new on it since the last time, as one chunk. */
import { utf8Length } from '@downlink/protocol'
import type { Outbox } from '../outbox.ts'
import { encodeElements } from '../sender.ts'
import type { SavedSession, SpoolStore } from './spool-store.ts'

/**
 * @param left the page is left, or telemetry stopped
 * @returns the sequence up to which all is acked, dropped or in the store, once it is; undefined where nothing has changed
 */
export type WriteLine = (left: boolean) => Promise<number | undefined>

/**
 * Writes what has changed. May be called again before the store has answered.
 *
 * @param facts what never changes of the session
 * @param maxBytes of its chunks; what has no room is not written before older ones are acked
 */
export function createLineWriter(
  store: SpoolStore,
  outbox: Outbox,
  facts: Pick<SavedSession, 'id' | 'proof' | 'metadata'>,
  maxBytes: number,
  wallMs: () => number,
): WriteLine {
  /** Those that are in the store, or on their way. */
  let chunks: { readonly to: number; readonly bytes: number }[] = []
  let to = 0
  let last = 0
  return async (left) => {
    const { pushed, acked, totals, dropped } = outbox
    const events = outbox.slice(0)
    const first = events[0]?.seq ?? pushed + 1
    // None of the three ever falls.
    const state = pushed + acked + first
    if (state === last && !left) return undefined
    chunks = chunks.filter((chunk) => chunk.to >= first)
    let bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0)
    const cursor = {
      sent: Math.max(to, first - 1),
      inFlight: events.filter(({ seq }) => seq <= to).length,
      reportedDrops: {},
    }
    const from = cursor.sent + 1
    const text = `[${encodeElements(outbox, cursor, pushed, maxBytes - bytes, facts.metadata.version)}]`
    to = cursor.sent
    const upTo = to
    const chunk = upTo >= from && { from, to, text }
    if (chunk) {
      chunks.push({ to, bytes: utf8Length(text) })
      bytes += utf8Length(text)
    }
    const line = { pushed, acked, totals, dropped: { ...dropped } }
    const session = { ...facts, writtenAtMs: wallMs(), left, bytes, line }
    // What an earlier start has left of the session goes with its first write.
    const writing = store.write(session, last ? first : Infinity, chunk)
    last = state
    await writing
    return upTo
  }
}
