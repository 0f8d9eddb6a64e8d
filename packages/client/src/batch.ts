/** Puts a run of the line into words for the wire, as far as there is room. */
import { maxEventBytes, utf8Length } from '@downlink/protocol'
import type { Drops } from './drops.ts'
import type { Entry, Outbox } from './outbox.ts'

/** A run of the line, as texts for the wire. */
export interface PackedBatch {
  /** The last sequence. */
  readonly to: number
  /** Each the JSON of an event or a drop. */
  readonly elements: readonly string[]
}

/** What stands on the wire for an event. */
export type Spelling = (entry: Entry) => unknown

/** At most: of the fields around the elements, and of a drop with all its reasons. */
const headBytes = 256
const dropBytes = 128

/**
 * Events that can't be sent are taken off the line, and told as drops.
 *
 * @param after where the batch starts
 * @param entries the events above it
 * @param end where it ends at the latest: before the next event
 * @param maxBytes of the whole frame or body, in UTF-8
 * @param told what the collector has counted at `after`, brought up to where it ends; undefined where drops are not told
 */
export function packBatch(
  outbox: Outbox,
  spell: Spelling,
  after: number,
  entries: readonly Entry[],
  end: number,
  maxBytes: number,
  told: Drops | undefined,
): PackedBatch {
  const elements: string[] = []
  let roomBytes = maxBytes - headBytes
  let to = after
  const tellGap = (last: number): void => {
    if (told && last > to) elements.push(JSON.stringify({ drop: outbox.explain(last - to, told) }))
    to = last
  }
  const encode = (entry: Entry): string | undefined => {
    try {
      const text = JSON.stringify(spell(entry))
      if (utf8Length(text) <= maxEventBytes) return text
      outbox.drop('oversize', entry)
    } catch {
      outbox.drop('unencodable', entry)
    }
    return undefined
  }
  for (const entry of entries) {
    const text = encode(entry)
    if (!text) continue
    roomBytes -= utf8Length(text) + dropBytes * Number(entry.seq > to + 1) + 1
    if (roomBytes < 0) return { to, elements }
    tellGap(entry.seq - 1)
    elements.push(text)
    to = entry.seq
  }
  tellGap(end)
  return { to, elements }
}
