/** Appends groups of entries to the log: one write, one sync, and only then is a group there. */
import { type Entry, encodeEntry, isSessionEntry, type SessionEntry } from './entry.ts'
import { createKeptSegments, type KeptSegments, type LogReader } from './kept-segments.ts'
import type { LogFiles } from './log-files.ts'
import { takeOwnership } from './owner.ts'
import { type Position, readEntryAt } from './read-log.ts'
import { type DamagedTail, recoverLog, writeCheckpoint } from './recover-log.ts'
import { type EmptyBody, rewriteEntries } from './rewrite-entries.ts'
import { maxSegmentBytes, segmentHeadBytes } from './segment.ts'
import { type OpenSegment, openSegmentChain, type SegmentChain } from './segment-chain.ts'
import { createSessionIndex, indexEntry } from './session-index.ts'

export interface LogWriter {
  /** The synced end: a reader may go as far. */
  readonly end: Position
  /** Bytes of the segments that the store needs still. */
  readonly bytes: number
  /** Of those that are kept only for the last backup, or to be sent on. */
  readonly keptBytes: number
  /** The keys of those. */
  readonly keptSegments: readonly string[]
  /** Where the oldest segment begins. */
  readonly begin: Position
  /** Files. */
  readonly segments: number
  /** Bytes from a position on, or of all: what a reader at that position has before it. */
  bytesAfter(position: Position | undefined): number
  /** False from a failed write to the next one that succeeds. */
  readonly available: boolean
  /** Appends a group, synced when it resolves. One at a time. Never rejects. */
  write(entries: readonly Entry[]): Promise<WriteResult>
  /** Deletes the segments that end at or before a position that a finished checkpoint covers, but for those that are kept. */
  removeBefore(position: Position): Promise<void>
  /** Keeps what comes after a place, within the bound; undefined where nothing is to be kept. */
  keepFrom(reader: LogReader, position: Position | undefined): Promise<void>
  /** Writes over what sessions have in the segments that are kept. Rejects where that can't be done, and may be tried again. */
  emptyKept(sessionIds: ReadonlySet<string>, emptyBody: EmptyBody): Promise<void>
  /** The oldest segment, by key, from whose begin on the log has at most so many bytes. */
  oldestWithin(bytes: number): string
  /** Sessions with an entry above the last checkpoint: all of them, but for the oldest beyond the index's capacity. */
  sessions(): Iterable<string>
  /** The last entry of such a session; undefined for others, and where it is damaged. Rejects where it can't be read. */
  lastEntry(sessionId: string): Promise<SessionEntry | undefined>
  /** What is written from now on goes to another segment. */
  endSegment(): void
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
  /** A segment that holds as much is followed by the next. @default 67108864, or an eighth of a bound where that is less */
  readonly segmentBytes?: number
  /** Of all segments but those that are kept, together; beyond it writes are unavailable. @default no bound */
  readonly maxLogBytes?: number
  /** Of the segments that are kept for the last backup, together. @default 0 */
  readonly keepLogBytes?: number
  /** Of the segments that are kept to be sent on, together. @default 0 */
  readonly exportLogBytes?: number
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

const segmentsInBound = 8
const defaultIndexedSessions = 1_000_000

/** Free space that is the sink's: without room for its transactions it could never make room in the log. */
const reserve = { segments: 4, shareOfDisk: 1 / 8 }

/** @param total bytes of the file system */
export const reservedBytes = (total: number, segmentBytes: number = maxSegmentBytes): number =>
  Math.min(reserve.segments * segmentBytes, Math.floor(total * reserve.shareOfDisk))

/**
 * Opens the log for writing, in a new segment: no byte of an earlier life is cut or written after.
 *
 * @throws {CollectorError} `data_unusable`, `data_in_use`; the file system's own errors
 */
export async function openLogWriter(options: LogWriterOptions): Promise<LogWriter> {
  const { files, maxLogBytes = Number.POSITIVE_INFINITY, keepLogBytes = 0, exportLogBytes = 0 } = options
  const { segmentBytes = defaultSegmentBytes([maxLogBytes, keepLogBytes, exportLogBytes]) } = options
  const { onWarning, onLost } = options
  // First: whoever still writes then learns of it before it acknowledges what is not found below.
  const ownership = await takeOwnership(files, options.socket)
  const index = createSessionIndex(options.maxIndexedSessions ?? defaultIndexedSessions)
  const recovered = await recoverLog(files, index, (tail) => onWarning?.({ code: 'damaged_tail', ...tail }))
  const onNoFolderSync = (reason: string): void => onWarning?.({ code: 'no_folder_sync', reason })
  const segments = await openSegmentChain({ files, recovered, segmentBytes, onNoFolderSync })
  const kept = createKeptSegments(segments, { backup: keepLogBytes, export: exportLogBytes })
  let status: 'available' | 'unavailable' | 'lost' = 'available'

  return {
    get end() {
      return segments.end
    },
    get bytes() {
      return segments.bytes - kept.unneededBytes
    },
    get keptBytes() {
      return kept.bytes
    },
    get keptSegments() {
      return kept.segments.map(({ key }) => key)
    },
    get begin() {
      const [{ key }] = [...segments.older, { key: segments.end.segment }] as const
      return { segment: key, offset: segmentHeadBytes }
    },
    get segments() {
      return segments.count
    },
    bytesAfter: segments.bytesAfter,
    get available() {
      return status === 'available'
    },
    async write(entries) {
      if (status === 'lost') return { kind: 'lost_ownership' }
      try {
        const segment = await segments.next()
        const group = encodeGroup(entries, segment)
        await expectRoom(files, { more: group.bytes, segments, kept, maxLogBytes, segmentBytes })
        await writeSynced(segment, group)
        if (!(await ownership.isHeld())) return loseOwnership()
        segment.isBroken = false
        segment.soundEnd += group.bytes
        status = 'available'
        for (const { head, begin } of group.placed) indexEntry(index, head, begin)
        return { kind: 'written', end: segments.end }
      } catch (error) {
        status = 'unavailable'
        return { kind: 'unavailable', reason: String(error) }
      }
    },
    async removeBefore(position) {
      if (status === 'lost') return
      const covered = segments.coveredBy(position)
      // Of another log, or before this one: then the store reads all of it.
      if (!covered) return kept.cover(new Set())
      index.removeWhile(({ segment, offset }) =>
        segment === position.segment ? offset < position.offset : covered.has(segment),
      )
      await kept.cover(covered)
      // After them, so that a full disk has room for it; and it is only a hint.
      await writeCheckpoint(files, position).catch(() => {})
    },
    async keepFrom(reader, position) {
      if (status !== 'lost') await kept.keepFrom(reader, position)
    },
    async emptyKept(sessionIds, emptyBody) {
      for (const segment of kept.segments) await rewriteEntries(files, segment, sessionIds, emptyBody)
    },
    oldestWithin(bytes) {
      const within = segments.older.find(({ key }) => segments.bytesAfter({ segment: key, offset: 0 }) <= bytes)
      return within?.key ?? segments.end.segment
    },
    sessions: () => index.sessions(),
    lastEntry: (sessionId) => readSessionEntry(files, index.get(sessionId)),
    endSegment: segments.endSegment,
    forget: (sessionId) => index.delete(sessionId),
    close: () => segments.close(),
  }

  function loseOwnership(): WriteResult {
    status = 'lost'
    onLost?.()
    return { kind: 'lost_ownership' }
  }
}

/** Only whole segments go, so several have to fit into a bound. */
const defaultSegmentBytes = (bounds: readonly number[]): number =>
  Math.min(maxSegmentBytes, Math.floor(Math.min(...bounds.filter((bytes) => bytes > 0)) / segmentsInBound))

/** @throws where a log at its bound, or its disk, has no room for more bytes */
async function expectRoom(files: LogFiles, room: Room): Promise<void> {
  const { more, segments, kept, maxLogBytes, segmentBytes } = room
  const needed = segments.bytes - kept.unneededBytes + more
  if (needed > maxLogBytes) throw new Error(`Expected a log of at most ${maxLogBytes} bytes, got ${needed}`)
  const { free, total } = await files.space()
  // A file system that does not know (some of FUSE) has none at all.
  if (total === 0) return
  const reserved = reservedBytes(total, segmentBytes)
  if (free - more >= reserved) return
  if (kept.bytes === 0) throw new Error(`Expected ${reserved} free bytes beside the log, got ${free}`)
  // What is kept goes first.
  await kept.release()
  await expectRoom(files, room)
}

interface Room {
  readonly more: number
  readonly segments: Pick<SegmentChain, 'bytes'>
  readonly kept: Pick<KeptSegments, 'bytes' | 'unneededBytes' | 'release'>
  readonly maxLogBytes: number
  readonly segmentBytes: number
}

/** What a group is at the end of a segment. */
interface EncodedGroup {
  readonly parts: readonly Uint8Array[]
  readonly bytes: number
  /** Where each of its entries begins then. */
  readonly placed: readonly { readonly head: Entry['head']; readonly begin: Position }[]
}

function encodeGroup(entries: readonly Entry[], { id: segmentId, key: segment, soundEnd }: OpenSegment): EncodedGroup {
  const placed: { readonly head: Entry['head']; readonly begin: Position }[] = []
  const parts: Uint8Array[] = []
  let offset = soundEnd
  for (const entry of entries) {
    placed.push({ head: entry.head, begin: { segment, offset } })
    for (const part of encodeEntry(entry, { segmentId, offset })) {
      parts.push(part)
      offset += part.length
    }
  }
  return { parts, placed, bytes: offset - soundEnd }
}

/** The segment is broken until somebody says otherwise: after a failed sync a kernel may call a lost page clean. */
async function writeSynced(segment: OpenSegment, { parts }: EncodedGroup): Promise<void> {
  // These bytes are never tried again.
  segment.isBroken = true
  await segment.file.write(parts, segment.soundEnd)
  await segment.file.sync()
}

async function readSessionEntry(files: LogFiles, begin: Position | undefined): Promise<SessionEntry | undefined> {
  const entry = begin && (await readEntryAt(files, begin))
  return entry && isSessionEntry(entry) ? entry : undefined
}
