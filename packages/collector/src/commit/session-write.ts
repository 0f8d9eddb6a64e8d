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

/** Reads an entry of our own making, whose checksum was right. */
export function decodeWrite({ head, body }: SessionEntry): SessionWrite {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  const outlineEnd = 4 + bytes.readUInt32LE(0)
  const outline: Outline | OlderOutline = JSON.parse(bytes.toString('utf8', 4, outlineEnd))
  const { session: sessionId, from, unconfirmed = false } = head
  const events = bytes.subarray(outlineEnd)
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

function decodeBatches({ batches }: Outline, bytes: Buffer): readonly SessionBatch[] {
  let at = 0
  return batches.map(({ events, ...batch }) => {
    const start = at
    at += events.bytes
    const { length, types, contexts } = events
    return { ...batch, events: new EncodedEvents(length, types, bytes.subarray(start, at), contexts) }
  })
}
