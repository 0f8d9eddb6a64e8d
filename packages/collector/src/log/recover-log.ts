/**
 * Recovers what an earlier life left in the log: its sound part is made durable, for a page cache that outlived a killed
 * process is no promise, and the sessions in it are indexed. No byte of it is cut or written after.
 */

import { parseObject } from '../parse-object.ts'
import type { EntryHead } from './entry.ts'
import type { LogFile, LogFiles } from './log-files.ts'
import { type Position, readLog, readSegment } from './read-log.ts'
import { listSegments, type Segment, type SegmentHead, segmentFile, segmentHeadBytes } from './segment.ts'
import { indexEntry, type SessionIndex } from './session-index.ts'

export interface RecoveredLog {
  /** Those that hold something. */
  readonly segments: readonly Segment[]
  /** Segments that come have higher ones. */
  readonly lastNumber: number
  /** What the head of the next segment names. */
  readonly previous: SegmentHead['previous']
}

/** An earlier process ended in the midst of a write, or the end was damaged since. */
export interface DamagedTail {
  readonly segment: string
  readonly bytes: number
  readonly heads: readonly EntryHead[]
}

/** @throws {CollectorError} `data_unusable`; the file system's own errors */
export async function recoverLog(
  files: LogFiles,
  index: SessionIndex,
  onDamagedTail: (tail: DamagedTail) => void,
): Promise<RecoveredLog> {
  const found = await listSegments(files)
  const lastNumber = found.at(-1)?.number ?? 0
  const last = await confirmLast(files, found, onDamagedTail)
  const segments = await removeEmpty(files, found)
  if (!last) return { segments, lastNumber, previous: undefined }
  const { segment, soundEnd, entries } = last
  await indexOlder(files, segment.key, index)
  for (const { head, begin } of entries) indexEntry(index, head, begin)
  return {
    segments: segments.map((other) => (other.key === segment.key ? { ...other, soundEnd } : other)),
    lastNumber,
    previous: { id: segment.id, soundEnd },
  }
}

interface Sound {
  readonly soundEnd: number
  readonly entries: readonly { readonly head: EntryHead; readonly begin: Position }[]
}

type DamageListener = (tail: DamagedTail) => void

/** Makes durable what the last segment holds, and tells where that ends. */
async function confirmLast(files: LogFiles, segments: readonly Segment[], onDamagedTail: DamageListener) {
  // Newest first. One that holds nothing, or whose making failed, is passed over: what came before it is the last.
  for (const segment of segments.toReversed()) {
    if (isEmpty(segment)) continue
    const file = await files.open(segmentFile(segment.key))
    try {
      const sound = await readSound(segment, file, onDamagedTail)
      if (!segment.head && sound.soundEnd <= segmentHeadBytes) continue
      await rewrite(file, sound.soundEnd)
      return { segment, ...sound }
    } finally {
      await file.close()
    }
  }
  return undefined
}

async function readSound(segment: Segment, file: LogFile, onDamagedTail: DamageListener): Promise<Sound> {
  let soundEnd = Math.min(segmentHeadBytes, segment.bytes)
  const entries: { head: EntryHead; begin: Position }[] = []
  for await (const record of readSegment(file, segment, segmentHeadBytes, segment.bytes)) {
    if (record.kind === 'entry') {
      soundEnd = record.end.offset
      entries.push({ head: record.entry.head, begin: record.begin })
    } else if (record.end.offset === segment.bytes) {
      onDamagedTail({ segment: segment.key, bytes: record.bytes, heads: record.heads })
    }
  }
  return { soundEnd, entries }
}

/** Writes bytes over themselves and syncs them. */
async function rewrite(file: LogFile, end: number): Promise<void> {
  for (let at = 0; at < end; at += copyBytes) {
    await file.write([await file.read(at, Math.min(copyBytes, end - at))], at)
  }
  await file.sync()
}

const copyBytes = 1024 * 1024

/** Each start makes a segment: those after the last one that were never written to would gather, one a start. */
async function removeEmpty(files: LogFiles, segments: readonly Segment[]): Promise<readonly Segment[]> {
  const held = segments.findLastIndex((segment) => !isEmpty(segment)) + 1
  for (const { key } of segments.slice(held)) {
    // One that can't be deleted does no harm, and is tried again at the next start.
    await files.remove(segmentFile(key)).catch(() => {})
  }
  return segments.slice(0, held)
}

const isEmpty = ({ bytes }: Segment): boolean => bytes <= segmentHeadBytes

/** Indexes what stands between the last checkpoint and the last segment, which was read already. */
async function indexOlder(files: LogFiles, last: string, index: SessionIndex): Promise<void> {
  for await (const record of readLog(files, await readCheckpoint(files), { segment: last, offset: segmentHeadBytes })) {
    if (record.kind === 'entry') indexEntry(index, record.entry.head, record.begin)
  }
}

const checkpointFile = 'checkpoint'
const checkpointFormat = 1

/**
 * The last checkpoint that the store reported: its file holds everything before this place of the log.
 * A hint, and no more: where it is lost, torn, or names what is not there, the whole log is read.
 */
async function readCheckpoint(files: LogFiles): Promise<Position | undefined> {
  const { format, segment, offset } = parseObject(await files.readText(checkpointFile)) ?? {}
  if (format !== checkpointFormat || typeof segment !== 'string' || !Number.isSafeInteger(offset)) return undefined
  return { segment, offset: Number(offset) }
}

export const writeCheckpoint = (files: LogFiles, position: Position): Promise<void> =>
  files.replaceText(checkpointFile, JSON.stringify({ format: checkpointFormat, ...position }))
