/**
 * Encodes the events of a batch as they stand in the log: a row each, then their texts, one after the other, as they came
 * over the wire. What waits for its commit is these bytes: a garbage collector copies whatever outlives its frame, which
 * cost more than all else that is done with an event. A row is
 *
 *     seq 8 | timestamp 8 | type 4 | version 4 | UTF-16 units of the data's text 4 | of the envelope's 4
 *
 * Numbers are little-endian, the first two are doubles; a version or an envelope of 0 is none. A type is a place in a list
 * of names.
 */
import type { CheckedEvent } from '@downlink/protocol'

export interface AcceptedEvent {
  readonly seq: number
  readonly event: CheckedEvent
  /** JSON text of what a plain event carries beside type, timestamp, data, version, context and labels. */
  readonly envelope?: string | undefined
  /** JSON text of the context that it happened in. */
  readonly context?: string | undefined
}

/** A context of events of a batch, from a row up to the next run. One that is empty is none. */
export interface ContextRun {
  readonly row: number
  readonly context: string
}

const rowBytes = 32
const typeAt = 16

export class EncodedEvents {
  readonly length: number
  readonly types: readonly string[]
  /** Rows and texts. */
  readonly bytes: Buffer
  /** Beside the rows, for most batches have no context, and others one; undefined where no event has any. */
  readonly contexts: readonly ContextRun[] | undefined

  constructor(length: number, types: readonly string[], bytes: Buffer, contexts?: readonly ContextRun[]) {
    this.length = length
    this.types = types
    this.bytes = bytes
    this.contexts = contexts
  }

  /** UTF-16 units of the contexts, of each row its own. */
  get contextLength(): number {
    const { contexts = [] } = this
    return contexts.reduce((sum, { row, context }, at) => {
      const nextRow = contexts[at + 1]?.row ?? this.length
      return sum + (nextRow - row) * context.length
    }, 0)
  }

  /** Are all rows there, each of a type that is named, and the texts of all of them? Else what `decode` gives nobody sent. */
  get isWhole(): boolean {
    const { length, types, bytes, contexts = [] } = this
    const rowsEnd = length * rowBytes
    if (!(Number.isSafeInteger(length) && length >= 0 && rowsEnd <= bytes.length)) return false
    if (!(Array.isArray(types) && Array.isArray(contexts))) return false
    let units = 0
    for (let row = 0; row < rowsEnd; row += rowBytes) {
      if (bytes.readUInt32LE(row + typeAt) >= types.length) return false
      units += bytes.readUInt32LE(row + 24) + bytes.readUInt32LE(row + 28)
    }
    return units === bytes.toString('utf8', rowsEnd).length
  }

  countByType(): Iterable<readonly [type: string, events: number]> {
    const counts = this.types.map((type): [string, number] => [type, 0])
    for (let row = 0; row < this.length; row++) {
      const count = counts[this.bytes.readUInt32LE(row * rowBytes + typeAt)]
      if (count) count[1]++
    }
    return counts
  }

  decode(): AcceptedEvent[] {
    const { bytes, types } = this
    const rowsEnd = this.length * rowBytes
    const rows = new DataView(bytes.buffer, bytes.byteOffset, rowsEnd)
    const texts = bytes.toString('utf8', rowsEnd)
    const events: AcceptedEvent[] = []
    let textAt = 0
    const takeText = (length: number): string => {
      const start = textAt
      textAt += length
      return texts.slice(start, textAt)
    }
    for (let at = 0; at < rowsEnd; at += rowBytes) {
      const type = types[rows.getUint32(at + typeAt, true)] ?? ''
      const timestamp = rows.getFloat64(at + 8, true)
      const version = rows.getUint32(at + 20, true)
      const json = takeText(rows.getUint32(at + 24, true))
      const envelope = takeText(rows.getUint32(at + 28, true))
      const seq = rows.getFloat64(at, true)
      const event = version === 0 ? { type, timestamp, json } : { type, timestamp, version, json }
      events.push(envelope === '' ? { seq, event } : { seq, event, envelope })
    }
    return this.contexts ? withContexts(events, this.contexts) : events
  }
}

export function encodeEvents(events: readonly AcceptedEvent[]): EncodedEvents {
  let texts = ''
  for (const { event, envelope = '' } of events) texts += event.json + envelope
  const rowsEnd = events.length * rowBytes
  const bytes = Buffer.allocUnsafe(rowsEnd + Buffer.byteLength(texts))
  bytes.write(texts, rowsEnd)
  const rows = new DataView(bytes.buffer, bytes.byteOffset, rowsEnd)
  const types = new Map<string, number>()
  let at = 0
  for (const { seq, event, envelope = '' } of events) {
    const type = types.get(event.type) ?? types.size
    if (type === types.size) types.set(event.type, type)
    rows.setFloat64(at, seq, true)
    rows.setFloat64(at + 8, event.timestamp, true)
    rows.setUint32(at + typeAt, type, true)
    rows.setUint32(at + 20, event.version ?? 0, true)
    rows.setUint32(at + 24, event.json.length, true)
    rows.setUint32(at + 28, envelope.length, true)
    at += rowBytes
  }
  return new EncodedEvents(events.length, [...types.keys()], bytes, contextRuns(events))
}

function contextRuns(events: readonly AcceptedEvent[]): readonly ContextRun[] | undefined {
  const runs: ContextRun[] = []
  let last = ''
  for (const [row, { context = '' }] of events.entries()) {
    if (context !== last) runs.push({ row, context })
    last = context
  }
  return runs.length === 0 ? undefined : runs
}

function withContexts(events: readonly AcceptedEvent[], runs: readonly ContextRun[]): AcceptedEvent[] {
  let next = 0
  let context = ''
  return events.map((event, row) => {
    if (runs[next]?.row === row) context = runs[next++]?.context ?? ''
    return context === '' ? event : { ...event, context }
  })
}

export const noEvents: EncodedEvents = encodeEvents([])
