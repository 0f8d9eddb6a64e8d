/** Puts a run of the line into words for the wire, as far as there is room. */
import { maxEventBytes, utf8Length } from '@downlink/protocol'
import type { Entry, Outbox, Reading } from './outbox.ts'

/** A run of the line, as texts for the wire. */
export interface PackedBatch {
  /** The last sequence. */
  readonly to: number
  /** Each the JSON of an event or a drop. */
  readonly elements: readonly string[]
}

/**
 * Events that can't be sent are taken off the line, and told as drops.
 *
 * @param reading where the batch starts; its `told` is brought up to where it ends
 * @param count events, at most; the drops up to the next event are told with them
 * @param maxBytes of the whole frame or body, in UTF-8
 */
export type Pack = (reading: Reading, count: number, maxBytes: number) => PackedBatch

/** At most: of the fields around the elements, and of a drop with all its reasons. */
const headBytes = 256
const dropBytes = 128

/** @param spell what stands on the wire for an event */
export function createPacker(outbox: Outbox, spell: (entry: Entry) => unknown): Pack {
  return ({ cursor, inFlight, told }, count, maxBytes) => {
    const elements: string[] = []
    let roomBytes = maxBytes - headBytes
    let to = cursor
    const tellGap = (end: number): void => {
      if (end > to) elements.push(JSON.stringify({ drop: outbox.explain(end - to, told) }))
      to = end
    }
    const entries = outbox.slice(inFlight, count)
    const [next] = outbox.slice(inFlight + entries.length, 1)
    for (const entry of entries) {
      const text = encode(spell(entry))
      const bytes = utf8Length(text)
      if (!text || bytes > maxEventBytes) {
        outbox.drop(text ? 'oversize' : 'unencodable', entry)
        continue
      }
      roomBytes -= bytes + dropBytes * Number(entry.seq > to + 1) + 1
      if (roomBytes < 0) return { to, elements }
      tellGap(entry.seq - 1)
      elements.push(text)
      to = entry.seq
    }
    tellGap(next ? next.seq - 1 : outbox.pushed)
    return { to, elements }
  }
}

/** Empty where JSON has no words for it: a BigInt, a circle, a `toJSON` that throws. */
function encode(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return ''
  }
}
