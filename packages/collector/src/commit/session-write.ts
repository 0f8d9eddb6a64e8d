/**
 * What one session has in a group, and how it stands in the log: an entry whose body is a length (4 bytes), a JSON text
 * without the events' own texts, and then those, one after the other, as they came over the wire.
 */
import type { Entry } from '../log/entry.ts'
import type { AcceptedEvent, SessionBatch } from './session-batch.ts'
import type { SessionRecord } from './session-record.ts'

export interface SessionWrite {
  readonly sessionId: string
  /** The mark that it starts from. */
  readonly from: number
  /** In order, each from where the one before it ends. */
  readonly batches: readonly SessionBatch[]
  /** Where the session stands after them. */
  readonly record: SessionRecord
}

/** An event without its texts, and how many bytes they have. */
type EventLine = readonly [
  seq: number,
  type: string,
  timestamp: number,
  version: number,
  data: number,
  envelope: number,
]

interface Body {
  readonly record: SessionRecord
  readonly batches: readonly (Omit<SessionBatch, 'events'> & { readonly events: readonly EventLine[] })[]
}

const none = -1

export function encodeWrite({ sessionId, from, batches, record }: SessionWrite): Entry {
  const texts: string[] = []
  const body: Body = {
    record,
    batches: batches.map((batch) => ({ ...batch, events: batch.events.map((accepted) => lineOf(accepted, texts)) })),
  }
  const meta = Buffer.from(JSON.stringify(body))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(meta.length)
  return {
    head: { session: sessionId, from, to: record.mark, pushed: record.pushed },
    body: Buffer.concat([length, meta, Buffer.from(texts.join(''))]),
  }
}

function lineOf({ seq, event, envelope }: AcceptedEvent, texts: string[]): EventLine {
  const { type, timestamp, version = none, json } = event
  texts.push(json)
  if (envelope !== undefined) texts.push(envelope)
  return [
    seq,
    type,
    timestamp,
    version,
    Buffer.byteLength(json),
    envelope === undefined ? none : Buffer.byteLength(envelope),
  ]
}

/** Reads an entry of our own making, whose checksum was right. */
export function decodeWrite({ head, body }: Entry): SessionWrite {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  let offset = 4 + bytes.readUInt32LE(0)
  const { record, batches }: Body = JSON.parse(bytes.toString('utf8', 4, offset))
  const take = (length: number): string => {
    const start = offset
    offset += length
    return bytes.toString('utf8', start, offset)
  }
  return {
    sessionId: head.session,
    from: head.from,
    record,
    batches: batches.map((batch) => ({
      ...batch,
      events: batch.events.map(([seq, type, timestamp, version, dataBytes, envelopeBytes]) => ({
        seq,
        // Its value is nobody's business any more: what is stored is the text.
        event: { type, timestamp, data: undefined, ...(version !== none && { version }), json: take(dataBytes) },
        ...(envelopeBytes !== none && { envelope: take(envelopeBytes) }),
      })),
    })),
  }
}
