/**
 * Encodes and decodes what one session has in a group, as it stands in the log: an entry whose body is
 *
 *     JSON bytes 4 | JSON: the record, and the batches but for their events | the events of each batch
 *
 * as `encoded-events.ts` has them. The number is little-endian.
 */
import type { SessionEntry } from '../log/entry.ts'
import { EncodedEvents } from './encoded-events.ts'
import { decodeOlderBatches, isOlder, type OlderOutline, recordOf } from './older-writes.ts'
import type { SessionBatch } from './session-batch.ts'
import { noneRemoved, type SessionRecord } from './session-record.ts'

export interface SessionWrite {
  readonly sessionId: string
  /** The committed sequence that it starts from. */
  readonly from: number
  /** In order, each from where the one before it ends. */
  readonly batches: readonly SessionBatch[]
  /** Where the session stands after them. */
  readonly record: SessionRecord
  /** The store was away when the session came: whether it began here only the store can tell. */
  readonly unconfirmed: boolean
}

/** A write without the bytes of its events. */
interface Outline {
  readonly record: SessionRecord
  readonly batches: readonly BatchOutline[]
}

type BatchOutline = Omit<SessionBatch, 'events'> & {
  readonly events: Pick<EncodedEvents, 'length' | 'types' | 'contexts'> & { readonly bytes: number }
}

export const countEvents = ({ batches }: Pick<SessionWrite, 'batches'>): number =>
  batches.reduce((sum, { events }) => sum + events.length, 0)

export function encodeWrite({ sessionId, from, batches, record, unconfirmed }: SessionWrite): SessionEntry {
  const outline: Outline = {
    record,
    batches: batches.map(({ events: { length, types, bytes, contexts }, ...batch }) => ({
      ...batch,
      events: { length, types, bytes: bytes.length, contexts },
    })),
  }
  const outlineBytes = Buffer.from(JSON.stringify(outline))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(outlineBytes.length)
  return {
    head: {
      session: sessionId,
      from,
      to: record.committedSeq,
      pushed: record.pushed,
      ...(unconfirmed && { unconfirmed }),
    },
    body: Buffer.concat([length, outlineBytes, ...batches.map(({ events }) => events.bytes)]),
  }
}

/**
 * An entry's body that says how far its session came, and nothing else of it, in as many bytes: what it held counts as
 * missing to whoever reads it. Undefined of an older version's, which may be too short for it.
 */
export function emptyBody({ head, body }: SessionEntry): Uint8Array | undefined {
  const { outline } = readBody(body)
  if (isOlder(outline)) return undefined
  const { build: _build, labels: _labels, schema: _schema, clockOffsetMs: _offset, ...record } = outline.record
  const batches = outline.batches.slice(-1).map(({ upTo, pushed, end, receivedAt }) => ({
    ...{ upTo, pushed, end, receivedAt, rejected: [], dropped: {}, missing: head.to - head.from },
    events: { length: 0, types: [], bytes: 0 },
  }))
  const text = JSON.stringify({ record, batches })
  // JSON may end in blanks.
  const empty = Buffer.alloc(body.length, ' ')
  empty.writeUInt32LE(body.length - 4)
  return 4 + empty.write(text, 4) === 4 + Buffer.byteLength(text) ? empty : undefined
}

/** Reads an entry of our own making, whose checksum was right. */
export function decodeWrite({ head, body }: SessionEntry): SessionWrite {
  const { outline, events } = readBody(body)
  const { session: sessionId, from, unconfirmed = false } = head
  return isOlder(outline)
    ? { sessionId, from, unconfirmed, record: recordOf(outline), batches: decodeOlderBatches(outline, events) }
    : {
        sessionId,
        from,
        unconfirmed,
        record: { ...noneRemoved, ...outline.record },
        batches: decodeBatches(outline, events),
      }
}

function readBody(body: Uint8Array): { readonly outline: Outline | OlderOutline; readonly events: Buffer } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  const outlineEnd = 4 + bytes.readUInt32LE(0)
  return { outline: JSON.parse(bytes.toString('utf8', 4, outlineEnd)), events: bytes.subarray(outlineEnd) }
}

function decodeBatches({ batches }: Outline, bytes: Buffer): readonly SessionBatch[] {
  let at = 0
  return batches.map(({ events, ...batch }) => {
    const start = at
    at += events.bytes
    const { length, types, contexts } = events
    return { ...batch, events: new EncodedEvents(length, types, bytes.subarray(start, at), contexts) }
  })
}
