/** Appends groups of entries to the log: one write, one sync, and only then is a group there. */

import { type Entry, encodeEntry } from './entry.ts'
import type { LogFile, LogFiles } from './log-files.ts'
import { takeOwnership } from './owner.ts'
import { type Position, readEntryAt } from './read-log.ts'
import { type DamagedTail, recoverLog, writeCheckpoint } from './recover-log.ts'
import { encodeHead, newSegmentName, type SegmentHead, segmentFile, segmentHeadBytes, segmentKey } from './segment.ts'
import { createSessionIndex } from './session-index.ts'

export interface LogWriter {
  /** The synced end: a reader may go as far. */
  readonly end: Position
  /** Bytes of all segments together. */
  readonly bytes: number
  /** Files. */
  readonly segments: number
  /** Bytes from a position on, or of all: what a reader at that position has before it. */
  bytesAfter(position: Position | undefined): number
  /** False from a failed write to the next one that succeeds. */
  readonly available: boolean
  /** Appends a group, synced when it resolves. One at a time. Never rejects. */
  write(entries: readonly Entry[]): Promise<WriteResult>
  /** Deletes the segments that end at or before a position that a finished checkpoint covers. */
  removeBefore(position: Position): Promise<void>
  /** Sessions with an entry above the last checkpoint: all of them, but for the oldest beyond the index's capacity. */
  sessions(): Iterable<string>
  /** The last entry of such a session; undefined for others, and where it is damaged. Rejects where it can't be read. */
  lastEntry(sessionId: string): Promise<Entry | undefined>
  /** Its entries are not what is committed of the session: the store knows better. */
  forget(sessionId: string): void
  close(): Promise<void>
}

export type WriteResult =
  | { readonly kind: 'written'; readonly end: Position }
  /** Nothing of the group counts, whatever of it the file holds. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** Another process has opened the log since: nothing is written any more, for good. */
  | { readonly kind: 'lost_ownership' }

export interface LogWriterOptions {
  readonly files: LogFiles
  /** Where this process answers, for whoever wants to open the log as well. */
  readonly socket?: string | undefined
  /** A segment that holds as much is followed by the next. @default 67108864, or an eighth of `maxLogBytes` where that is less */
  readonly segmentBytes?: number
  /** All segments together, at most; beyond it writes are unavailable. @default no bound */
  readonly maxLogBytes?: number
  /** Sessions whose last entry is found without the store. @default 1000000 */
  readonly maxIndexedSessions?: number
  readonly onWarning?: (warning: LogWarning) => void
  /** Called once, when another process has opened the log. */
  readonly onLost?: () => void
}

export type LogWarning =
  | ({ readonly code: 'damaged_tail' } & DamagedTail)
  /** A file system without it (Windows, FUSE, SMB): a new segment may be lost with the power. */
  | { readonly code: 'no_folder_sync'; readonly reason: string }

const maxSegmentBytes = 67_108_864
const segmentsInBound = 8
const defaultIndexedSessions = 1_000_000

/** Free space that is the sink's: without room for its transactions it could never make room in the log. */
const reserve = { segments: 4, shareOfDisk: 1 / 8 }

/** @param total bytes of the file system */
export const reservedBytes = (total: number, segmentBytes: number = maxSegmentBytes): number =>
  Math.min(reserve.segments * segmentBytes, Math.floor(total * reserve.shareOfDisk))

/** What a folder's sync answers where there is none. */
const unsupported = ['EPERM', 'EINVAL', 'ENOTSUP', 'EISDIR', 'EBADF', 'EACCES']

interface OpenSegment {
  readonly head: SegmentHead
  readonly file: LogFile
  /** Where the next entry goes. */
  soundEnd: number
}

/**
 * Opens the log for writing, in a new segment: no byte of an earlier life is cut or written after.
 *
 * @throws {CollectorError} `data_unusable`, `data_in_use`; the file system's own errors
 */
export async function openLogWriter(options: LogWriterOptions): Promise<LogWriter> {
  const { files, maxLogBytes = Number.POSITIVE_INFINITY, onWarning, onLost } = options
  // Only whole segments go, so several have to fit.
  const { segmentBytes = Math.min(maxSegmentBytes, Math.floor(maxLogBytes / segmentsInBound)) } = options
  // First: whoever still writes then learns of it before it acknowledges what is not found below.
  const ownership = await takeOwnership(files, options.socket)
  const index = createSessionIndex(options.maxIndexedSessions ?? defaultIndexedSessions)
  const recovered = await recoverLog(files, index, (tail) => onWarning?.({ code: 'damaged_tail', ...tail }))
  const older = [...recovered.segments]
  let number = recovered.lastNumber
  let warnedOfFolder = false
  let bytes = older.reduce((sum, segment) => sum + segment.bytes, 0)
  let current = await begin(recovered.previous)
  /** Set where nothing more may be written into the current segment. */
  let isBroken = false
  let isAvailable = true
  let isLost = false

  return {
    get end() {
      return endOf(current)
    },
    get bytes() {
      return bytes
    },
    get segments() {
      return older.length + 1
    },
    bytesAfter(position) {
      if (position?.segment === segmentKey(current.head)) return current.soundEnd - position.offset
      const at = older.findIndex(({ key }) => key === position?.segment)
      const before = older.slice(0, Math.max(0, at)).reduce((sum, segment) => sum + segment.bytes, 0)
      return bytes - before - (at < 0 ? 0 : (position?.offset ?? 0))
    },
    get available() {
      return isAvailable
    },
    async write(entries) {
      if (isLost) return { kind: 'lost_ownership' }
      try {
        if (isBroken || current.soundEnd >= segmentBytes) await rollOver()
        const { head, file, soundEnd } = current
        const segment = segmentKey(head)
        const begins: Position[] = []
        let offset = soundEnd
        const parts: Uint8Array[] = []
        for (const entry of entries) {
          begins.push({ segment, offset })
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
        if (!(await ownership.isHeld())) return lose()
        isBroken = false
        bytes += offset - soundEnd
        current.soundEnd = offset
        isAvailable = true
        for (const [at, begin] of begins.entries()) index.set(entries[at]?.head.session ?? '', begin)
        return { kind: 'written', end: endOf(current) }
      } catch (error) {
        isAvailable = false
        return { kind: 'unavailable', reason: String(error) }
      }
    },
    async removeBefore(position) {
      if (isLost) return
      const isCurrent = position.segment === segmentKey(current.head)
      const at = older.findIndex(({ key }) => key === position.segment)
      // One of another log tells nothing of this one.
      if (!isCurrent && at === -1) return
      const gone = new Set(older.slice(0, isCurrent ? older.length : at).map(({ key }) => key))
      index.removeWhile(({ segment, offset }) =>
        segment === position.segment ? offset < position.offset : gone.has(segment),
      )
      if (position.offset >= (older[at]?.soundEnd ?? Number.POSITIVE_INFINITY)) gone.add(position.segment)
      for (let oldest = older[0]; oldest && gone.has(oldest.key); oldest = older[0]) {
        await files.remove(segmentFile(oldest.key))
        if (older[0] !== oldest) continue
        older.shift()
        bytes -= oldest.bytes
      }
      // After them, so that a full disk has room for it; and it is only a hint.
      await writeCheckpoint(files, position).catch(() => {})
    },
    sessions: () => index.sessions(),
    async lastEntry(sessionId) {
      const begin = index.get(sessionId)
      return begin && readEntryAt(files, begin)
    },
    forget: (sessionId) => index.delete(sessionId),
    close: () => current.file.close(),
  }

  function lose(): WriteResult {
    isLost = true
    isAvailable = false
    onLost?.()
    return { kind: 'lost_ownership' }
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
    if (bytes + more > maxLogBytes)
      throw new Error(`Expected a log of at most ${maxLogBytes} bytes, got ${bytes + more}`)
    const { free, total } = await files.space()
    // A file system that does not know (some of FUSE) has none at all.
    if (total === 0) return
    const reserved = reservedBytes(total, segmentBytes)
    if (free - more < reserved) throw new Error(`Expected ${reserved} free bytes beside the log, got ${free}`)
  }
}

const endOf = ({ head, soundEnd }: OpenSegment): Position => ({ segment: segmentKey(head), offset: soundEnd })
