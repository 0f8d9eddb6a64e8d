/** Appends groups of entries to the log: one write, one sync, and only then is a group there. */
import { type Entry, type EntryHead, encodeEntry } from './entry.ts'
import type { LogFile, LogFiles } from './log-files.ts'
import { listSegments, type Position, type Segment } from './read-log.ts'
import { readSegment } from './read-segment.ts'
import { encodeHead, newSegmentName, type SegmentHead, segmentFile, segmentHeadBytes, segmentKey } from './segment.ts'

export interface LogWriter {
  /** The synced end: a reader may go as far. */
  readonly end: Position
  /** Bytes of all segments together. */
  readonly bytes: number
  /** False from a failed write to the next one that succeeds. */
  readonly available: boolean
  /** Appends a group, synced when it resolves. One at a time. Never rejects. */
  write(entries: readonly Entry[]): Promise<WriteResult>
  /** Deletes the segments that end at or before a position that a finished checkpoint covers. */
  removeBefore(position: Position): Promise<void>
  close(): Promise<void>
}

export type WriteResult =
  | { readonly kind: 'written'; readonly end: Position }
  /** Nothing of the group counts, whatever of it the file holds. */
  | { readonly kind: 'unavailable'; readonly reason: string }

export interface LogWriterOptions {
  readonly files: LogFiles
  /** A segment that holds as much is followed by the next. @default 67108864 */
  readonly segmentBytes?: number
  /** All segments together, at most; beyond it writes are unavailable. @default no bound */
  readonly maxLogBytes?: number
  readonly onWarning?: (warning: LogWarning) => void
}

export type LogWarning =
  /** An earlier process ended in the midst of a write, or the end was damaged since. */
  | {
      readonly code: 'damaged_tail'
      readonly segment: string
      readonly bytes: number
      readonly heads: readonly EntryHead[]
    }
  /** A file system without it (Windows, FUSE, SMB): a new segment may be lost with the power. */
  | { readonly code: 'no_folder_sync'; readonly reason: string }

const defaultSegmentBytes = 67_108_864

/** Free space that is the sink's: without room for its transactions it could never make room in the log. */
const reserve = { segments: 4, shareOfDisk: 1 / 8 }

/** What a folder's sync answers where there is none. */
const unsupported = ['EPERM', 'EINVAL', 'ENOTSUP', 'EISDIR', 'EBADF', 'EACCES']

interface OpenSegment {
  readonly head: SegmentHead
  readonly file: LogFile
  /** Where the next entry goes. */
  soundEnd: number
}

/**
 * Opens the log for writing, in a new segment: no byte of an earlier life is cut or written after. What of the last
 * segment is sound is written over itself and synced first, for a page cache that outlived a killed process is no promise.
 *
 * @throws {CollectorError} `data_unusable`; the file system's own errors
 */
export async function openLogWriter(options: LogWriterOptions): Promise<LogWriter> {
  const { files, segmentBytes = defaultSegmentBytes, maxLogBytes, onWarning } = options
  const older = [...(await listSegments(files))]
  let number = older.at(-1)?.number ?? 0
  let warnedOfFolder = false
  let bytes = older.reduce((sum, segment) => sum + segment.bytes, 0)
  let current = await begin(await confirmLast())
  await removeEmpty()
  /** Set where nothing more may be written into the current segment. */
  let isBroken = false
  let isAvailable = true

  return {
    get end() {
      return endOf(current)
    },
    get bytes() {
      return bytes
    },
    get available() {
      return isAvailable
    },
    async write(entries) {
      try {
        if (isBroken || current.soundEnd >= segmentBytes) await rollOver()
        const { head, file, soundEnd } = current
        let offset = soundEnd
        const parts: Uint8Array[] = []
        for (const entry of entries) {
          for (const part of encodeEntry(entry, { segmentId: head.id, offset })) {
            parts.push(part)
            offset += part.length
          }
        }
        await expectRoom(offset - soundEnd)
        // After a failed sync a kernel may call a lost page clean: these bytes are never tried again.
        isBroken = true
        await file.write(parts, soundEnd)
        await file.sync()
        isBroken = false
        bytes += offset - soundEnd
        current.soundEnd = offset
        isAvailable = true
        return { kind: 'written', end: endOf(current) }
      } catch (error) {
        isAvailable = false
        return { kind: 'unavailable', reason: String(error) }
      }
    },
    async removeBefore(position) {
      const at = older.findIndex(({ key }) => key === position.segment)
      const isWhole = position.offset >= (older[at]?.soundEnd ?? Number.POSITIVE_INFINITY)
      // A position in the segment that is written covers all that are older.
      const count = position.segment === segmentKey(current.head) ? older.length : Math.max(0, isWhole ? at + 1 : at)
      for (const segment of older.splice(0, count)) {
        await files.remove(segmentFile(segment.key))
        bytes -= segment.bytes
      }
    },
    close: () => current.file.close(),
  }

  async function rollOver(): Promise<void> {
    const { head, file, soundEnd } = current
    current = await begin({ id: head.id, soundEnd })
    isBroken = false
    older.push({ ...head, key: segmentKey(head), head, bytes: soundEnd, soundEnd })
    await file.close().catch(() => {})
  }

  /** A segment whose making fails keeps its number: the next try takes a higher one. */
  async function begin(previous: SegmentHead['previous']): Promise<OpenSegment> {
    const head: SegmentHead = { ...newSegmentName(++number), previous }
    const name = segmentFile(segmentKey(head))
    const file = await files.create(name)
    try {
      await file.write([encodeHead(head)], 0)
      await file.sync()
      await syncFolder()
    } catch (error) {
      await file.close().catch(() => {})
      // Else a full disk fills with the names of those that could not be made.
      await files.remove(name).catch(() => {})
      throw error
    }
    bytes += segmentHeadBytes
    return { head, file, soundEnd: segmentHeadBytes }
  }

  async function syncFolder(): Promise<void> {
    try {
      await files.sync()
    } catch (error) {
      if (!unsupported.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
      if (!warnedOfFolder) onWarning?.({ code: 'no_folder_sync', reason: String(error) })
      warnedOfFolder = true
    }
  }

  async function expectRoom(more: number): Promise<void> {
    if (maxLogBytes !== undefined && bytes + more > maxLogBytes)
      throw new Error(`Expected a log of at most ${maxLogBytes} bytes, got ${bytes + more}`)
    const { free, total } = await files.space()
    // A file system that does not know (some of FUSE) has none at all.
    if (total === 0) return
    const reserved = Math.min(reserve.segments * segmentBytes, Math.floor(total * reserve.shareOfDisk))
    if (free - more < reserved) throw new Error(`Expected ${reserved} free bytes beside the log, got ${free}`)
  }

  /** Makes durable what the last segment holds, and tells where that ends. */
  async function confirmLast(): Promise<SegmentHead['previous']> {
    // Newest first. One that holds nothing, or whose making failed, is passed over: what came before it is the last.
    for (const segment of older.toReversed()) {
      if (isEmpty(segment)) continue
      const file = await files.open(segmentFile(segment.key))
      try {
        const soundEnd = await findSoundEnd(segment, file)
        if (!segment.head && soundEnd <= segmentHeadBytes) continue
        await rewrite(file, soundEnd)
        older[older.indexOf(segment)] = { ...segment, soundEnd }
        return { id: segment.id, soundEnd }
      } finally {
        await file.close()
      }
    }
    return undefined
  }

  /** Each start makes a segment: those after the last one that were never written to would gather, one a start. */
  async function removeEmpty(): Promise<void> {
    const held = older.findLastIndex((segment) => !isEmpty(segment))
    for (const segment of older.splice(held + 1)) {
      bytes -= segment.bytes
      // One that can't be deleted does no harm, and is tried again at the next start.
      await files.remove(segmentFile(segment.key)).catch(() => {})
    }
  }

  async function findSoundEnd(segment: Segment, file: LogFile): Promise<number> {
    let soundEnd = Math.min(segmentHeadBytes, segment.bytes)
    for await (const record of readSegment(file, segment.id, segmentHeadBytes, segment.bytes)) {
      if (record.kind === 'entry') soundEnd = record.to
      else if (record.to === segment.bytes) {
        const tail = { segment: segment.key, bytes: record.to - record.from, heads: record.heads }
        onWarning?.({ code: 'damaged_tail', ...tail })
      }
    }
    return soundEnd
  }
}

const isEmpty = ({ bytes }: Segment): boolean => bytes <= segmentHeadBytes

/** Writes bytes over themselves and syncs them. */
async function rewrite(file: LogFile, end: number): Promise<void> {
  for (let at = 0; at < end; at += copyBytes) {
    await file.write([await file.read(at, Math.min(copyBytes, end - at))], at)
  }
  await file.sync()
}

const copyBytes = 1024 * 1024

const endOf = ({ head, soundEnd }: OpenSegment): Position => ({ segment: segmentKey(head), offset: soundEnd })
