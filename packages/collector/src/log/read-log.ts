/** Reads the log: its segments in order, each as far as it is sound, stepping over what is damaged to the next sound entry. */
import { decodeFrame, type Entry, type EntryHead, entryMagic, maxFrameBytes } from './entry.ts'
import type { LogFile, LogFiles } from './log-files.ts'
import {
  idText,
  listSegments,
  openIfThere,
  type SegmentName,
  segmentFile,
  segmentHeadBytes,
  segmentKey,
  segmentNameOf,
} from './segment.ts'

/** A place in the log. Never compared by number across segments: a restored log may use a number again. */
export interface Position {
  /** The segment's key. */
  readonly segment: string
  readonly offset: number
}

export const isSame = (one: Position | undefined, other: Position | undefined): boolean =>
  one?.segment === other?.segment && one?.offset === other?.offset

export type LogRecord =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly begin: Position; readonly end: Position }
  | { readonly kind: 'damage'; readonly bytes: number; readonly heads: readonly EntryHead[]; readonly end: Position }
  /** A segment is not there that the next one names, or that was written until now. */
  | { readonly kind: 'missing-segment'; readonly id: string; readonly end: Position }

/**
 * Reads what stands between two positions, in order.
 *
 * @param from undefined, or a position that the log does not hold: from the oldest entry; one past the sound end of its
 *   segment: from the next segment
 * @param to the synced end, as the writer tells it; what a file holds beyond is no permission to read
 */
export async function* readLog(files: LogFiles, from: Position | undefined, to: Position): AsyncGenerator<LogRecord> {
  // Mostly one follows the writer within a segment, and then the others don't matter.
  if (from?.segment === to.segment) return yield* readBetween(files, to.segment, from.offset, to.offset)
  const all = await listSegments(files)
  const placeOf = (segment: string | undefined): number => all.findIndex(({ key }) => key === segment)
  const lastNumber = segmentNameOf(segmentFile(to.segment))?.number ?? 0
  const isThere = placeOf(to.segment) !== -1
  const end = isThere ? placeOf(to.segment) + 1 : all.filter(({ number }) => number < lastNumber).length
  const segments = all.slice(Math.max(0, placeOf(from?.segment)), end)
  for (const [at, { key, head, soundEnd, bytes }] of segments.entries()) {
    const begin = key === from?.segment ? from.offset : segmentHeadBytes
    const previous = head?.previous && idText(head.previous.id)
    if (at > 0 && previous !== undefined && !segments.some(({ id }) => idText(id) === previous)) {
      yield { kind: 'missing-segment', id: previous, end: { segment: key, offset: begin } }
    }
    yield* readBetween(files, key, begin, key === to.segment ? to.offset : (soundEnd ?? bytes))
  }
  if (!isThere) yield* readBetween(files, to.segment, segmentHeadBytes, to.offset)
}

/**
 * Looks whether the log goes on where a reader has stopped.
 *
 * @returns where it begins now, if it does not; undefined where it does: from the segment's sound end it goes on in the next
 */
export async function findGap(files: LogFiles, { segment, offset }: Position): Promise<Position | undefined> {
  const all = await listSegments(files)
  const [oldest] = all
  if (!oldest || all.some(({ key }) => key === segment)) return undefined
  const { previous } = oldest.head ?? {}
  const isNext = previous && segment.endsWith(idText(previous.id)) && offset >= previous.soundEnd
  return isNext ? undefined : { segment: oldest.key, offset: segmentHeadBytes }
}

/** Reads the one entry that begins at a place; undefined where none does that is sound. */
export async function readEntryAt(files: LogFiles, { segment, offset }: Position): Promise<Entry | undefined> {
  const name = segmentNameOf(segmentFile(segment))
  if (!name) return undefined
  const file = await files.open(segmentFile(segment))
  try {
    const frame = decodeFrame(await file.read(offset, maxFrameBytes), { segmentId: name.id, offset })
    if (!frame || offset + frame.bodyStart + frame.bodyBytes > (await file.size())) return undefined
    const body = await file.read(offset + frame.bodyStart, frame.bodyBytes)
    return frame.hasBody(body) ? { head: frame.head, body } : undefined
  } finally {
    await file.close()
  }
}

async function* readBetween(files: LogFiles, key: string, begin: number, end: number): AsyncGenerator<LogRecord> {
  const name = segmentNameOf(segmentFile(key))
  if (!name || begin >= end) return
  const file = await openIfThere(files, segmentFile(key))
  if (!file) return yield { kind: 'missing-segment', id: idText(name.id), end: { segment: key, offset: end } }
  try {
    yield* readSegment(file, name, begin, end)
  } finally {
    await file.close()
  }
}

/** Read at once; an entry that is larger is read alone. */
const windowBytes = 1024 * 1024

/**
 * Reads the entries of one segment, and steps over what is damaged to the next sound one.
 *
 * @param from offset of an entry, or of anything: what is none is damage
 * @param end offset at which reading stops; an entry that reaches beyond is damage
 */
export async function* readSegment(
  file: LogFile,
  name: SegmentName,
  from: number,
  end: number,
): AsyncGenerator<Exclude<LogRecord, { kind: 'missing-segment' }>> {
  const bytesAt = windowOver(file, end)
  const segment = segmentKey(name)
  const damageUpTo = (begin: number, to: number) =>
    ({ kind: 'damage', bytes: to - begin, heads, end: { segment, offset: to } }) as const
  let damagedFrom: number | undefined
  let heads: EntryHead[] = []
  let offset = from
  while (offset < end) {
    const frame = decodeFrame(await bytesAt(offset, maxFrameBytes), { segmentId: name.id, offset })
    const bodyStart = offset + (frame?.bodyStart ?? 0)
    const body = frame && (await bytesAt(bodyStart, frame.bodyBytes)).subarray(0, frame.bodyBytes)
    if (frame && body && body.length === frame.bodyBytes && frame.hasBody(body)) {
      if (damagedFrom !== undefined) yield damageUpTo(damagedFrom, offset)
      ;[damagedFrom, heads] = [undefined, []]
      const begin = { segment, offset }
      offset = bodyStart + frame.bodyBytes
      yield { kind: 'entry', entry: { head: frame.head, body }, begin, end: { segment, offset } }
      continue
    }
    damagedFrom ??= offset
    if (frame) heads.push(frame.head)
    offset = await nextMagic(offset + 1)
  }
  if (damagedFrom !== undefined) yield damageUpTo(damagedFrom, end)

  async function nextMagic(start: number): Promise<number> {
    for (let at = start; at < end; ) {
      const bytes = await bytesAt(at, windowBytes)
      // The file is shorter than it was.
      if (bytes.length === 0) break
      const found = bytes.indexOf(entryMagic)
      if (found !== -1) return at + found
      // One that begins in the last three bytes is found from there.
      at += Math.max(1, bytes.length - entryMagic.length + 1)
    }
    return end
  }
}

/** Gives at least `length` bytes from an offset, or all up to `end`. What it gave stays as it is. */
function windowOver(file: LogFile, end: number): (offset: number, length: number) => Promise<Buffer> {
  let start = 0
  let bytes: Buffer = Buffer.alloc(0)
  return async (offset, length) => {
    const wanted = Math.min(length, end - offset)
    if (offset < start || offset + wanted > start + bytes.length) {
      start = offset
      bytes = await file.read(offset, Math.min(Math.max(wanted, windowBytes), end - offset))
    }
    return bytes.subarray(offset - start)
  }
}
