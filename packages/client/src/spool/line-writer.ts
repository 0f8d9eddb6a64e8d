/** Writes the line of a session to the spool: what is new on it since the last time, as one chunk. */
import { encodeJson, maxEventBytes, utf8Length } from '@downlink/protocol'
import type { TelemetrySettings } from '../options.ts'
import type { Entry, Outbox } from '../outbox.ts'
import type { Session } from '../session.ts'
import type { SavedSession, SpoolStore } from './spool-store.ts'

export interface LineWriter {
  /**
   * Writes what has changed. May be called again before it is done.
   *
   * @param left the page is being left, or telemetry stopped
   * @returns up to which sequence nothing is in memory alone, and how many events of other sessions gave way
   */
  write(left: boolean): Promise<{ readonly written: number; readonly discarded: number }>
}

/** @param place where the session's events go, and the lock that its page holds */
export function createLineWriter(
  store: SpoolStore,
  settings: TelemetrySettings,
  outbox: Outbox,
  session: Session,
  place: Pick<SavedSession, 'address' | 'lock'>,
  wallMs: () => number,
  maxBytes: number,
): LineWriter {
  /** Those of the session that are in the store, or on their way. */
  let chunks: readonly { readonly to: number; readonly bytes: number }[] = []
  /** The session that they are of: it changes where ours turns out to be somebody else's. */
  let id: string | undefined
  let last = ''
  let written = 0
  return {
    async write(left) {
      const { pushed, acked, totals, dropped } = outbox
      const line = outbox.slice(0)
      const first = line[0]?.seq ?? pushed + 1
      const state = `${[session.id, pushed, acked, first, left]}`
      if (state === last) return { written, discarded: 0 }
      last = state
      // What an earlier page, or an earlier start, left of it in the store is not what is on the line.
      const isNew = id !== session.id
      if (isNew && id) void store.remove(id)
      id = session.id
      chunks = isNew ? [] : chunks.filter(({ to }) => to >= first)
      const after = chunks.at(-1)?.to ?? 0
      const next = encodeEntries(
        line.filter(({ seq }) => seq > after),
        chunks.reduce((room, { bytes }) => room - bytes, maxBytes),
      )
      const chunk = next.texts.length > 0 ? { session: id, to: next.to, text: `[${next.texts}]` } : undefined
      if (chunk) chunks = [...chunks, next]
      const { build, labels, schema, version } = settings
      const discarded = await store.write(
        {
          ...{ id, proof: session.proof, ...place, build, labels, schema, version, writtenAtMs: wallMs(), left },
          ...{ pushed, acked, totals, dropped: { ...dropped } },
          bytes: chunks.reduce((sum, { bytes }) => sum + bytes, 0),
        },
        isNew ? Infinity : first,
        chunk,
        maxBytes,
      )
      written = next.isAll ? pushed : next.to
      return { written, discarded }
    },
  }
}

interface EncodedEntries {
  readonly texts: readonly string[]
  readonly bytes: number
  /** The sequence of the last one. */
  readonly to: number
  /** None was left out for want of room. */
  readonly isAll: boolean
}

/** Encodes the first entries, as far as there is room. What can't be sent is passed over: it will be counted as dropped. */
function encodeEntries(entries: readonly Entry[], roomBytes: number): EncodedEntries {
  const texts: string[] = []
  let bytes = 0
  let to = 0
  for (const entry of entries) {
    let text = ''
    try {
      text = encodeJson(entry) ?? ''
    } catch {
      // As when it is sent.
    }
    const length = utf8Length(text)
    if (length === 0 || length > maxEventBytes) continue
    if (bytes + length > roomBytes) return { texts, bytes, to, isAll: false }
    texts.push(text)
    bytes += length
    to = entry.seq
  }
  return { texts, bytes, to, isAll: true }
}
