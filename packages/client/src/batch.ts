/** Cuts a batch off the outbox: as much of the line as its limits allow, encoded once. */
import { type DropCounts, type DropReason, protocolDefaults, utf8Length } from '@downlink/protocol'
import type { Entry, Outbox } from './outbox.ts'

export interface BatchLimits {
  /** Events and drops together, from 1. */
  readonly maxElements: number
  /** The whole frame or body, in UTF-8 bytes. */
  readonly maxBytes: number
}

/** A run of the line, as texts for the wire. */
export interface PackedBatch {
  /** The first sequence. */
  readonly seq: number
  /** The last sequence. */
  readonly to: number
  /** Each the JSON of an event or a drop. */
  readonly elements: readonly string[]
  /** Events that can't be sent, and why; in `elements` they stand as drops. */
  readonly unsendable: ReadonlyMap<number, DropReason>
}

/** How a delivery spells an event, and a drop where it has a word for it. */
export interface Spelling {
  event(entry: Entry): unknown
  drop(counts: DropCounts): unknown
}

/** Room for the fields around the elements. */
const headBytes = 128

/** @returns nothing where the line ends at `after`, or where its next element finds no room */
export function packBatch(
  outbox: Outbox,
  after: number,
  limits: BatchLimits,
  spelling: Spelling,
): PackedBatch | undefined {
  const elements: string[] = []
  const unsendable = new Map<number, DropReason>()
  const roomBytes = limits.maxBytes - headBytes
  const maxEventBytes = Math.min(protocolDefaults.maxEventBytes, roomBytes)
  let bytes = 0
  let to = after
  for (const step of outbox.walk(after)) {
    if (elements.length >= limits.maxElements) break
    let text: string | undefined
    let refused: DropReason | undefined
    if ('entry' in step) {
      try {
        text = JSON.stringify(spelling.event(step.entry))
        if (utf8Length(text) > maxEventBytes) refused = 'oversize'
      } catch {
        refused = 'unencodable'
      }
    }
    const drop = refused ? { [refused]: 1 } : 'drop' in step && step.drop
    if (drop) text = JSON.stringify(spelling.drop(drop))
    if (text) {
      bytes += utf8Length(text) + 1
      if (bytes > roomBytes) break
      elements.push(text)
    }
    if (refused) unsendable.set(step.to, refused)
    to = step.to
  }
  return to > after ? { seq: after + 1, to, elements, unsendable } : undefined
}
