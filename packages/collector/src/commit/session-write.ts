/**
 * What one session has in a group, and how it stands in the log: an entry whose body is
 *
 *     JSON bytes 4 | JSON: the record, the batches but for their events, the names of types | a row an event | texts
 *
 * The texts are the events' own, one after the other, as they came over the wire. A row is
 *
 *     seq 8 | timestamp 8 | type 4 | version 4 | UTF-16 units of the data's text 4 | of the envelope's 4
 *
 * Numbers are little-endian, the first two are doubles; a version or an envelope of 0 is none.
 */
import type { Entry } from '../log/entry.ts'
import type { AcceptedEvent, SessionBatch, SessionMetadata } from './session-batch.ts'
import type { SessionRecord } from './session-record.ts'

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

/** A batch as the log has it, in which a session's metadata is called its introduction. */
type LoggedBatch<Events> = Omit<SessionBatch, 'events' | 'metadata'> & {
  readonly events: Events
  readonly introduction?: SessionMetadata | undefined
}

const batchOf = <Events>(
  { introduction, ...batch }: LoggedBatch<Events>,
  events: readonly AcceptedEvent[],
): SessionBatch => ({ ...batch, events, ...(introduction && { metadata: introduction }) })

/** A record as the log has it, in which the committed sequence is called the mark. */
type LoggedRecord = Omit<SessionRecord, 'committedSeq'> & { readonly mark: number }

const loggedRecord = ({ committedSeq, ...record }: SessionRecord): LoggedRecord => ({ ...record, mark: committedSeq })

const recordOf = ({ mark, ...record }: LoggedRecord): SessionRecord => ({ ...record, committedSeq: mark })

/** A write without its events: how many each batch has is told. */
interface Outline {
  readonly record: LoggedRecord
  readonly types: readonly string[]
  readonly batches: readonly LoggedBatch<number>[]
}

const rowBytes = 32

export function encodeWrite({ sessionId, from, batches, record, unconfirmed }: SessionWrite): Entry {
  let count = 0
  for (const { events } of batches) count += events.length
  const rows = new DataView(new ArrayBuffer(count * rowBytes))
  const types = new Map<string, number>()
  const texts: string[] = []
  let at = 0
  for (const { events } of batches) {
    for (const accepted of events) {
      writeRow(rows, at, accepted, types)
      at += rowBytes
      texts.push(accepted.event.json)
      if (accepted.envelope !== undefined) texts.push(accepted.envelope)
    }
  }
  const outline: Outline = {
    record: loggedRecord(record),
    types: [...types.keys()],
    batches: batches.map(({ metadata, ...batch }) => ({
      ...batch,
      introduction: metadata,
      events: batch.events.length,
    })),
  }
  return {
    head: {
      session: sessionId,
      from,
      to: record.committedSeq,
      pushed: record.pushed,
      ...(unconfirmed && { unconfirmed }),
    },
    body: joinBody(JSON.stringify(outline), new Uint8Array(rows.buffer), texts.join('')),
  }
}

function writeRow(rows: DataView, at: number, accepted: AcceptedEvent, types: Map<string, number>): void {
  const { seq, event, envelope = '' } = accepted
  let type = types.get(event.type)
  if (type === undefined) {
    type = types.size
    types.set(event.type, type)
  }
  rows.setFloat64(at, seq, true)
  rows.setFloat64(at + 8, event.timestamp, true)
  rows.setUint32(at + 16, type, true)
  rows.setUint32(at + 20, event.version ?? 0, true)
  rows.setUint32(at + 24, event.json.length, true)
  rows.setUint32(at + 28, envelope.length, true)
}

function joinBody(outline: string, rows: Uint8Array, texts: string): Uint8Array {
  const outlineBytes = Buffer.byteLength(outline)
  const textsAt = 4 + outlineBytes + rows.length
  const body = Buffer.allocUnsafe(textsAt + Buffer.byteLength(texts))
  body.writeUInt32LE(outlineBytes)
  body.write(outline, 4)
  body.set(rows, 4 + outlineBytes)
  body.write(texts, textsAt)
  return body
}

/** Reads an entry of our own making, whose checksum was right. */
export function decodeWrite({ head, body }: Entry): SessionWrite {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  const outlineEnd = 4 + bytes.readUInt32LE(0)
  const outline: Outline = JSON.parse(bytes.toString('utf8', 4, outlineEnd))
  const { session: sessionId, from, unconfirmed = false } = head
  const record = recordOf(outline.record)
  if (isFirstFormat(outline)) {
    return { sessionId, from, record, unconfirmed, batches: decodeFirstFormat(outline, bytes.subarray(outlineEnd)) }
  }
  const readEvent = eventReader(bytes, outlineEnd, outline)
  const batches = outline.batches.map((batch) => batchOf(batch, Array.from({ length: batch.events }, readEvent)))
  return { sessionId, from, record, unconfirmed, batches }
}

/** Gives one event after the other. */
function eventReader(bytes: Buffer, rowsAt: number, { types, batches }: Outline): () => AcceptedEvent {
  const rowsEnd = batches.reduce((end, { events }) => end + events * rowBytes, rowsAt)
  const rows = new DataView(bytes.buffer, bytes.byteOffset, rowsEnd)
  const texts = bytes.toString('utf8', rowsEnd)
  let at = rowsAt
  let textAt = 0
  const takeText = (length: number): string => {
    const start = textAt
    textAt += length
    return texts.slice(start, textAt)
  }
  return () => {
    const seq = rows.getFloat64(at, true)
    const timestamp = rows.getFloat64(at + 8, true)
    const type = types[rows.getUint32(at + 16, true)] ?? ''
    const version = rows.getUint32(at + 20, true)
    const json = takeText(rows.getUint32(at + 24, true))
    const envelope = takeText(rows.getUint32(at + 28, true))
    at += rowBytes
    const event = version === 0 ? { type, timestamp, json } : { type, timestamp, version, json }
    return envelope === '' ? { seq, event } : { seq, event, envelope }
  }
}

/** An event without its texts, and how many bytes they have; -1 for none, as for a version. */
type EventLine = readonly [
  seq: number,
  type: string,
  timestamp: number,
  version: number,
  data: number,
  envelope: number,
]

/** What a log of format 1 holds: a line of JSON an event, then their texts. */
interface FirstFormat {
  readonly batches: readonly LoggedBatch<readonly EventLine[]>[]
}

/** Later formats have the names of the types apart. */
const isFirstFormat = (outline: object): outline is FirstFormat => !('types' in outline)

/** @param texts of all events, one after the other */
function decodeFirstFormat({ batches }: FirstFormat, texts: Buffer): readonly SessionBatch[] {
  let offset = 0
  const take = (length: number): string => {
    const start = offset
    offset += length
    return texts.toString('utf8', start, offset)
  }
  const eventOf = ([seq, type, timestamp, version, dataBytes, envelopeBytes]: EventLine): AcceptedEvent => ({
    seq,
    event: { type, timestamp, ...(version !== -1 && { version }), json: take(dataBytes) },
    ...(envelopeBytes !== -1 && { envelope: take(envelopeBytes) }),
  })
  return batches.map((batch) => batchOf(batch, batch.events.map(eventOf)))
}
