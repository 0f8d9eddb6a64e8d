/** Reads the log: its segments in order, each as far as it is sound. */
import { CollectorError } from '../errors.ts'
import type { Entry, EntryHead } from './entry.ts'
import type { LogFile, LogFiles } from './log-files.ts'
import { readEntry, readSegment } from './read-segment.ts'
import {
  decodeHead,
  formatVersion,
  type SegmentHead,
  type SegmentName,
  segmentFile,
  segmentHeadBytes,
  segmentKey,
  segmentNameOf,
  segmentsIn,
} from './segment.ts'

/** A place in the log. Never compared by number across segments: a restored log may use a number again. */
export interface Position {
  /** The segment's key. */
  readonly segment: string
  readonly offset: number
}

export type LogRecord =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly begin: Position; readonly end: Position }
  | { readonly kind: 'damage'; readonly bytes: number; readonly heads: readonly EntryHead[]; readonly end: Position }
  /** A segment is not there that the next one names, or that was written until now. */
  | { readonly kind: 'missing-segment'; readonly id: string; readonly end: Position }

export interface Segment extends SegmentName {
  readonly key: string
  /** Undefined where it is damaged. */
  readonly head: SegmentHead | undefined
  readonly bytes: number
  /** As the next segment's head has it; undefined where none names this one. */
  readonly soundEnd: number | undefined
}

/** @throws {CollectorError} `data_unusable` where a later version wrote a segment */
export async function listSegments(files: LogFiles): Promise<readonly Segment[]> {
  const segments: Omit<Segment, 'soundEnd'>[] = []
  // One after the other: a process may have as few as 256 files open.
  for (const name of segmentsIn(await files.list())) segments.push(await describeSegment(files, name))
  const soundEnds = new Map(
    segments.flatMap(({ head }) => (head?.previous ? [[idText(head.previous.id), head.previous.soundEnd]] : [])),
  )
  return segments.map((segment) => ({ ...segment, soundEnd: soundEnds.get(idText(segment.id)) }))
}

async function describeSegment(files: LogFiles, name: SegmentName): Promise<Omit<Segment, 'soundEnd'>> {
  const key = segmentKey(name)
  const file = await files.open(segmentFile(key))
  try {
    const decoded = decodeHead(await file.read(0, segmentHeadBytes))
    if (decoded.kind === 'newer') {
      throw new CollectorError(
        'data_unusable',
        `Expected a log of format ${formatVersion} or older, got ${segmentFile(key)} of format ${decoded.version}: ` +
          'a later version of Downlink wrote it; start that version, or give this one another data folder',
      )
    }
    return { ...name, key, head: decoded.kind === 'head' ? decoded.head : undefined, bytes: await file.size() }
  } finally {
    await file.close()
  }
}

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

/** Reads the one entry that begins at a place; undefined where none does that is sound. */
export async function readEntryAt(files: LogFiles, { segment, offset }: Position): Promise<Entry | undefined> {
  const name = segmentNameOf(segmentFile(segment))
  if (!name) return undefined
  const file = await files.open(segmentFile(segment))
  try {
    return await readEntry(file, name.id, offset)
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
    for await (const record of readSegment(file, name.id, begin, end)) {
      const position = { segment: key, offset: record.to }
      yield record.kind === 'entry'
        ? { kind: 'entry', entry: record.entry, begin: { segment: key, offset: record.from }, end: position }
        : { kind: 'damage', bytes: record.to - record.from, heads: record.heads, end: position }
    }
  } finally {
    await file.close()
  }
}

async function openIfThere(files: LogFiles, name: string): Promise<LogFile | undefined> {
  try {
    return await files.open(name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const idText = (id: Buffer): string => id.toString('hex')
