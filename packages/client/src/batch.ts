/** Encodes a run of the line for the wire, as far as there is room. */
import { encodeJson, maxEventBytes, utf8Length } from '@downlink/protocol'
import type { Entry, Outbox, Reading } from './outbox.ts'

/**
 * Reads on, and returns what was read: each text the JSON of an event or a drop. Events that can't be sent are taken
 * off the line, and told as drops.
 *
 * @param reading where the batch starts; it is moved to where the batch ends
 * @param count events, at most; the drops up to the next event are told with them
 * @param maxBytes of the whole frame or body, in UTF-8
 */
export type Pack = (reading: Reading, count: number, maxBytes: number) => string[]

/** At most: of the fields around the elements, and of a drop with all its reasons. */
const headBytes = 256
const dropBytes = 128

/** @param spell what stands on the wire for an event */
export function createPacker(outbox: Outbox, spell: (entry: Entry) => unknown): Pack {
  return (reading, count, maxBytes) => {
    const elements: string[] = []
    const end = reading.inFlight + count
    let roomBytes = maxBytes - headBytes
    const tellGap = (to: number): void => {
      const gap = to - reading.cursor
      if (gap > 0) elements.push(JSON.stringify({ drop: outbox.explain(gap, reading.told) }))
      reading.cursor = to
    }
    for (;;) {
      const entry = outbox.at(reading.inFlight)
      if (!entry || reading.inFlight >= end) {
        tellGap(entry ? entry.seq - 1 : outbox.pushed)
        return elements
      }
      const text = encode(spell(entry))
      const bytes = utf8Length(text)
      if (!text || bytes > maxEventBytes) {
        outbox.drop(text ? 'oversize' : 'unencodable', reading.inFlight)
        continue
      }
      roomBytes -= bytes + 1 + (entry.seq > reading.cursor + 1 ? dropBytes : 0)
      if (roomBytes < 0) return elements
      tellGap(entry.seq - 1)
      elements.push(text)
      reading.cursor++
      reading.inFlight++
    }
  }
}

/** Empty where JSON has no words for it: a circle, a `toJSON` that throws. */
function encode(event: unknown): string {
  try {
    return encodeJson(event) ?? ''
  } catch {
    return ''
  }
}
