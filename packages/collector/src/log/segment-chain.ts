/** Makes the segments of a log that is written, one after the other, and deletes those that a checkpoint covers. */
import type { LogFile, LogFiles } from './log-files.ts'
import type { Position } from './read-log.ts'
import type { RecoveredLog } from './recover-log.ts'
import { encodeHead, newSegmentName, type SegmentHead, segmentFile, segmentHeadBytes, segmentKey } from './segment.ts'

export interface SegmentChain {
  /** Where the sound part of the last one ends. */
  readonly end: Position
  /** Of all together. */
  readonly bytes: number
  /** How many there are. */
  readonly count: number
  /** Before the one that is written, oldest first. */
  readonly older: readonly EndedSegment[]
  bytesAfter(position: Position | undefined): number
  /** The one that the next group goes to: another than before where that is full, or a write into it has failed. */
  next(): Promise<OpenSegment>
  /** What comes next goes to another segment. */
  endSegment(): void
  /** The segments that end at or before a position, by key; undefined where it is of another log. */
  coveredBy(position: Position): ReadonlySet<string> | undefined
  /** Deletes the oldest segments, as long as they are among these. */
  remove(keys: ReadonlySet<string>): Promise<void>
  close(): Promise<void>
}

/** A segment to which nothing more is written. */
export interface EndedSegment {
  readonly key: string
  readonly bytes: number
  /** Undefined where nobody knows. */
  readonly soundEnd: number | undefined
}

/** A segment that is written. */
export interface OpenSegment {
  readonly id: Buffer
  readonly key: string
  readonly file: LogFile
  /** Where its sound part ends, and the next entry goes. */
  soundEnd: number
  /** A write into it has failed, or is under way: nothing more may be written into it. */
  isBroken: boolean
  /** Whoever writes it wants no more in it. */
  isEnded: boolean
}

export interface SegmentChainOptions {
  readonly files: LogFiles
  readonly recovered: RecoveredLog
  /** A segment that holds as much is followed by the next. */
  readonly segmentBytes: number
  /** Called once, where a folder can't be synced: a new segment may be lost with the power. */
  readonly onNoFolderSync: (reason: string) => void
}

/** What a folder's sync answers where there is none (Windows, FUSE, SMB). */
const unsupported = ['EPERM', 'EINVAL', 'ENOTSUP', 'EISDIR', 'EBADF', 'EACCES']

/** Begins a new segment after those that were recovered: no byte of an earlier life is cut or written after. */
export async function openSegmentChain(options: SegmentChainOptions): Promise<SegmentChain> {
  const { files, recovered, segmentBytes } = options
  const older: EndedSegment[] = recovered.segments.map(({ key, bytes, soundEnd }) => ({ key, bytes, soundEnd }))
  const syncFolder = createFolderSync(options)
  let number = recovered.lastNumber
  let segment = await begin(recovered.previous)

  return {
    get end() {
      return { segment: segment.key, offset: segment.soundEnd }
    },
    get bytes() {
      return bytesOf(older) + segment.soundEnd
    },
    get count() {
      return older.length + 1
    },
    older,
    bytesAfter(position) {
      if (position?.segment === segment.key) return segment.soundEnd - position.offset
      const at = older.findIndex(({ key }) => key === position?.segment)
      const before = at === -1 ? 0 : bytesOf(older.slice(0, at)) + (position?.offset ?? 0)
      return bytesOf(older) + segment.soundEnd - before
    },
    async next() {
      if (segment.isBroken || segment.isEnded || segment.soundEnd >= segmentBytes) await rollOver()
      return segment
    },
    endSegment() {
      segment.isEnded = true
    },
    coveredBy(position) {
      if (position.segment === segment.key) return new Set(older.map(({ key }) => key))
      const at = older.findIndex(({ key }) => key === position.segment)
      if (at === -1) return undefined
      const isWhole = position.offset >= (older[at]?.soundEnd ?? Number.POSITIVE_INFINITY)
      return new Set(older.slice(0, isWhole ? at + 1 : at).map(({ key }) => key))
    },
    async remove(keys) {
      for (let oldest = older[0]; oldest && keys.has(oldest.key); oldest = older[0]) {
        await files.remove(segmentFile(oldest.key))
        // Another call may have been faster.
        if (older[0] === oldest) older.shift()
      }
    },
    close: () => segment.file.close(),
  }

  async function rollOver(): Promise<void> {
    const { id, key, file, soundEnd } = segment
    segment = await begin({ id, soundEnd })
    older.push({ key, bytes: soundEnd, soundEnd })
    await file.close().catch(() => {})
  }

  /** A segment whose making fails keeps its number: the next try takes a higher one. */
  async function begin(previous: SegmentHead['previous']): Promise<OpenSegment> {
    const head: SegmentHead = { ...newSegmentName(++number), previous }
    const key = segmentKey(head)
    const file = await files.create(segmentFile(key))
    try {
      await file.write([encodeHead(head)], 0)
      await file.sync()
      await syncFolder()
    } catch (error) {
      await file.close().catch(() => {})
      // Else a full disk fills with the names of those that could not be made.
      await files.remove(segmentFile(key)).catch(() => {})
      throw error
    }
    return { id: head.id, key, file, soundEnd: segmentHeadBytes, isBroken: false, isEnded: false }
  }
}

function createFolderSync({ files, onNoFolderSync }: SegmentChainOptions): () => Promise<void> {
  let hasWarned = false
  return async () => {
    try {
      await files.sync()
    } catch (error) {
      if (!unsupported.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
      if (!hasWarned) onNoFolderSync(String(error))
      hasWarned = true
    }
  }
}

export const bytesOf = (segments: readonly { readonly bytes: number }[]): number =>
  segments.reduce((sum, { bytes }) => sum + bytes, 0)
