/** Reads the entries of one segment, and steps over what is damaged to the next sound one. */
import { decodeFrame, type Entry, type EntryHead, entryMagic, maxFrameBytes } from './entry.ts'
import type { LogFile } from './log-files.ts'

export type SegmentRecord =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly from: number; readonly to: number }
  /** Bytes that hold no sound entry; `heads` are those of the entries among them that can still be told. */
  | { readonly kind: 'damage'; readonly from: number; readonly to: number; readonly heads: readonly EntryHead[] }

/** Read at once; an entry that is larger is read alone. */
const windowBytes = 1024 * 1024

/**
 * @param from offset of an entry, or of anything: what is none is damage
 * @param end offset at which reading stops; an entry that reaches beyond is damage
 */
export async function* readSegment(
  file: LogFile,
  segmentId: Uint8Array,
  from: number,
  end: number,
): AsyncGenerator<SegmentRecord> {
  const bytesAt = windowOver(file, end)
  let damagedFrom: number | undefined
  let heads: EntryHead[] = []
  let offset = from
  while (offset < end) {
    const frame = decodeFrame(await bytesAt(offset, maxFrameBytes), { segmentId, offset })
    const bodyStart = offset + (frame?.bodyStart ?? 0)
    const body = frame && (await bytesAt(bodyStart, frame.bodyBytes)).subarray(0, frame.bodyBytes)
    if (frame && body && body.length === frame.bodyBytes && frame.hasBody(body)) {
      if (damagedFrom !== undefined) yield { kind: 'damage', from: damagedFrom, to: offset, heads }
      ;[damagedFrom, heads] = [undefined, []]
      const to = bodyStart + frame.bodyBytes
      yield { kind: 'entry', entry: { head: frame.head, body }, from: offset, to }
      offset = to
      continue
    }
    damagedFrom ??= offset
    if (frame) heads.push(frame.head)
    offset = await nextMagic(offset + 1)
  }
  if (damagedFrom !== undefined) yield { kind: 'damage', from: damagedFrom, to: end, heads }

  async function nextMagic(start: number): Promise<number> {
    for (let at = start; at < end; ) {
      const bytes = await bytesAt(at, windowBytes)
      const found = bytes.indexOf(entryMagic)
      if (found !== -1) return at + found
      // One that begins in the last three bytes is found from there.
      at += Math.max(1, bytes.length - entryMagic.length + 1)
    }
    return end
  }
}

/** Reads the one entry that begins at an offset; undefined where none does that is sound. */
export async function readEntry(file: LogFile, segmentId: Uint8Array, offset: number): Promise<Entry | undefined> {
  const frame = decodeFrame(await file.read(offset, maxFrameBytes), { segmentId, offset })
  if (!frame || offset + frame.bodyStart + frame.bodyBytes > (await file.size())) return undefined
  const body = await file.read(offset + frame.bodyStart, frame.bodyBytes)
  return frame.hasBody(body) ? { head: frame.head, body } : undefined
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
