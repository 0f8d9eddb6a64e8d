/** Writes the line of a session to the spool: what is new on it since the last time, as one chunk. */
import { utf8Length } from '@downlink/protocol'
import type { Metadata } from '../metadata.ts'
import type { Outbox } from '../outbox.ts'
import { encodeElements } from '../sender.ts'
import type { Session } from '../session.ts'
import type { SpoolStore } from './spool-store.ts'

/**
 * @param left the page is left, or telemetry stopped
 * @returns the sequence up to which all is acked, dropped or in the store, once it is; undefined where nothing has changed
 */
export type WriteLine = (left: boolean) => Promise<number | undefined>

/**
 * Writes what has changed. May be called again before the store has answered.
 *
 * @param session whose line it is now
 * @param maxBytes of its chunks; what has no room is not written before older ones are acked
 */
export function createLineWriter(
  store: SpoolStore,
  outbox: Outbox,
  { id, proof }: Session,
  { build, labels, schema, version }: Metadata,
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
    const bytesOf = (): number => chunks.reduce((sum, { bytes }) => sum + bytes, 0)
    const cursor = {
      sent: Math.max(to, first - 1),
      inFlight: events.filter(({ seq }) => seq <= to).length,
      reportedDrops: {},
    }
    const from = cursor.sent + 1
    const text = `[${encodeElements(outbox, cursor, pushed, maxBytes - bytesOf(), version)}]`
    to = cursor.sent
    const upTo = to
    const chunk = upTo >= from && { from, to, text }
    if (chunk) chunks.push({ to, bytes: utf8Length(text) })
    const bytes = bytesOf()
    const line = { pushed, acked, totals, dropped: { ...dropped } }
    const metadata = { build, labels, schema, version }
    const session = { id, proof, metadata, writtenAtMs: wallMs(), left, bytes, line }
    // What an earlier start has left of the session goes with its first write.
    const writing = store.write(session, last ? first : Infinity, chunk)
    last = state
    // What it was to hold is not there: the next one begins anew.
    writing.catch(() => {
      last = to = 0
      chunks = []
    })
    await writing
    return Math.min(upTo, to)
  }
}
