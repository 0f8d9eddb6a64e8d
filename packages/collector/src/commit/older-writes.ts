/** Reads the entries of logs of format 1 and 2: in them a session's metadata is its introduction, its committed sequence its mark. */
import { type AcceptedEvent, EncodedEvents, encodeEvents } from './encoded-events.ts'
import type { SessionBatch, SessionMetadata } from './session-batch.ts'
import { noneRemoved, type SessionRecord } from './session-record.ts'

/** The JSON of an entry's body. */
export type OlderOutline = FirstFormat | SecondFormat

/** A line of JSON an event. After the outline stand their texts. */
interface FirstFormat {
  readonly record: OlderRecord
  readonly batches: readonly OlderBatch<readonly EventLine[]>[]
}

/** How many events each batch has. After the outline stand the rows and texts of all of them. */
interface SecondFormat {
  readonly record: OlderRecord
  readonly types: readonly string[]
  readonly batches: readonly OlderBatch<number>[]
}

type OlderRecord = Omit<SessionRecord, 'committedSeq' | keyof typeof noneRemoved> & { readonly mark: number }

type OlderBatch<Events> = Omit<SessionBatch, 'events' | 'metadata'> & {
  readonly events: Events
  readonly introduction?: SessionMetadata | undefined
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

export const isOlder = (outline: { readonly record: object }): outline is OlderOutline => 'mark' in outline.record

export function recordOf({ record: { mark, ...record } }: OlderOutline): SessionRecord {
  return { ...noneRemoved, ...record, committedSeq: mark }
}

/** @param bytes what stands after the outline */
export const decodeOlderBatches = (outline: OlderOutline, bytes: Buffer): readonly SessionBatch[] =>
  'types' in outline ? decodeSecondFormat(outline, bytes) : decodeFirstFormat(outline, bytes)

function decodeSecondFormat({ types, batches }: SecondFormat, bytes: Buffer): readonly SessionBatch[] {
  const count = batches.reduce((sum, { events }) => sum + events, 0)
  const all = new EncodedEvents(count, types, bytes).decode()
  let at = 0
  return batches.map((batch) => {
    const start = at
    at += batch.events
    return batchOf(batch, all.slice(start, at))
  })
}

function decodeFirstFormat({ batches }: FirstFormat, texts: Buffer): readonly SessionBatch[] {
  let at = 0
  const take = (length: number): string => {
    const start = at
    at += length
    return texts.toString('utf8', start, at)
  }
  const eventOf = ([seq, type, timestamp, version, dataBytes, envelopeBytes]: EventLine): AcceptedEvent => ({
    seq,
    event: { type, timestamp, ...(version !== -1 && { version }), json: take(dataBytes) },
    ...(envelopeBytes !== -1 && { envelope: take(envelopeBytes) }),
  })
  return batches.map((batch) => batchOf(batch, batch.events.map(eventOf)))
}

const batchOf = <Events>(
  { introduction, ...batch }: OlderBatch<Events>,
  events: readonly AcceptedEvent[],
): SessionBatch => ({ ...batch, events: encodeEvents(events), ...(introduction && { metadata: introduction }) })
