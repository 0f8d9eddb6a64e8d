/** Writes the line of a session to the spool: what is new on it since the last time, in chunks. */
import { utf8Length } from '@downlink/protocol'
import { fitMetadata, type Metadata } from '../metadata.ts'
import { type Outbox, sumOf } from '../outbox.ts'
import type { Environment } from '../ports.ts'
import { encodeElements } from '../sender.ts'
import type { Session } from '../session.ts'
import type { SpoolStore } from './spool-store.ts'

/** More of them would be encoded for longer than a frame has to spare. */
const chunkEvents = 500

/**
 * Writes a chunk; all of what is left to write where the page is left, or telemetry stopped.
 *
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
  settings: Metadata,
  maxBytes: number,
  environment: Pick<Environment, 'wallMs'>,
): WriteLine {
  /** Of the chunks that are in the store, or on their way, by where they end. */
  let bytes: Record<number, number> = {}
  let to = 0
  let last = 0
  /** With the next write. */
  const beginAnew = (): void => {
    last = to = 0
    bytes = {}
  }
  const metadata = fitMetadata(settings)
  return async (left) => {
    const { pushed, acked, totals, dropped } = outbox
    const first = outbox.at(0)?.seq ?? pushed + 1
    // None of the three ever falls.
    const state = pushed + acked + first
    if (state === last && !left) return undefined
    for (const end in bytes) if (+end < first) delete bytes[end]
    const inFlight = outbox.slice(0).filter((entry) => entry.seq <= to).length
    const cursor = { sent: Math.max(to, first - 1), inFlight, reportedDrops: {} }
    const from = cursor.sent + 1
    // Anew it is whole as well, for it takes the place of what is there.
    const count = left || !last ? pushed : chunkEvents
    const text = `[${encodeElements(outbox, cursor, count, maxBytes - sumOf(bytes))}]`
    to = cursor.sent
    const upTo = to
    const chunk = upTo >= from && { from, to, text }
    if (chunk) bytes[to] = utf8Length(text)
    // What another chunk is to hold is not said to be pushed before; what has no room is.
    const isWhole = cursor.inFlight < inFlight + count
    const line = { pushed: isWhole ? pushed : to, acked, totals, dropped }
    const session = { id, proof, metadata, writtenAtMs: environment.wallMs(), left, bytes: sumOf(bytes), line }
    // What an earlier start has left of the session goes with its first write.
    const writing = store.write(session, last ? first : Infinity, chunk)
    last = isWhole ? state : -1
    // What it was to hold is not there.
    writing.catch(beginAnew)
    // There was no room, and what has given way since takes most of it: a chunk stays for as long as any older event does.
    if (isWhole && to < pushed && 2 * cursor.inFlight < to - first) beginAnew()
    await writing
    return Math.min(upTo, to)
  }
}
