/** Cuts a batch off the outbox: as much of the line as the limits allow. */
import { type DropCounts, type DropReason, maxEventBytes, utf8Length } from '@downlink/protocol'
import { sumOf } from './drops.ts'
import type { Entry, Outbox } from './outbox.ts'

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
  readonly event: (entry: Entry) => unknown
  readonly drop: (drop: DropCounts) => unknown
}

/** Room for the fields around the elements. */
const headBytes = 128

/**
 * @param maxElements events and drops together
 * @param maxBytes of the whole frame or body, in UTF-8
 * @returns nothing where the line ends at `after`, or where its next element finds no room
 */
export function packBatch(
  outbox: Outbox,
  after: number,
  maxElements: number,
  maxBytes: number,
  spelling: Spelling,
): PackedBatch | undefined {
  const elements: string[] = []
  const unsendable = new Map<number, DropReason>()
  let roomBytes = maxBytes - headBytes
  let to = after
  const add = (text: string | undefined, last: number): boolean => {
    roomBytes -= text ? utf8Length(text) + 1 : 0
    if (roomBytes < 0 || elements.length >= maxElements) return false
    if (text) elements.push(text)
    to = last
    return true
  }
  const addDrop = (drop: DropCounts, last: number) => add(JSON.stringify(spelling.drop(drop)), last)
  /** What was drained by hand left a hole: it will not be sent. */
  const addHole = (last: number) => last <= to || addDrop({ cleared: last - to }, last)

  let fits = true
  for (const entry of outbox.walk(after)) {
    const { seq, run } = entry
    let drop: DropCounts | undefined = run
    let text = ''
    if (!run) {
      try {
        text = JSON.stringify(spelling.event(entry))
        if (utf8Length(text) > maxEventBytes) drop = { oversize: 1 }
      } catch {
        drop = { unencodable: 1 }
      }
    }
    fits = addHole(seq - (run ? sumOf(run) : 1)) && (drop ? addDrop(drop, seq) : add(text, seq))
    if (!fits) break
    if (drop && !run) unsendable.set(seq, drop.oversize ? 'oversize' : 'unencodable')
  }
  if (fits) addHole(outbox.pushed())
  return to > after ? { seq: after + 1, to, elements, unsendable } : undefined
}
