/** Reads the events of a write that a log of format 1 holds: a line of JSON each, then their texts. */
import type { SessionBatch } from './session-batch.ts'

/** An event without its texts, and how many bytes they have; -1 for none, as for a version. */
type EventLine = readonly [
  seq: number,
  type: string,
  timestamp: number,
  version: number,
  data: number,
  envelope: number,
]

export interface FirstFormat {
  readonly batches: readonly (Omit<SessionBatch, 'events'> & { readonly events: readonly EventLine[] })[]
}

/** Later formats have the names of the types apart. */
export const isFirstFormat = (outline: object): outline is FirstFormat => !('types' in outline)

/** @param texts of all events, one after the other */
export function decodeFirstFormat({ batches }: FirstFormat, texts: Buffer): readonly SessionBatch[] {
  let offset = 0
  const take = (length: number): string => {
    const start = offset
    offset += length
    return texts.toString('utf8', start, offset)
  }
  return batches.map((batch) => ({
    ...batch,
    events: batch.events.map(([seq, type, timestamp, version, dataBytes, envelopeBytes]) => ({
      seq,
      event: { type, timestamp, ...(version !== -1 && { version }), json: take(dataBytes) },
      ...(envelopeBytes !== -1 && { envelope: take(envelopeBytes) }),
    })),
  }))
}
