/**
 * Keeps segments that the store needs no more, for others that read the log: those behind the last backup, for it is of use
 * only with what came after it, and those that were not yet sent on. They are kept within bounds, the newest of them, and go
 * first where room is wanted.
 */
import type { Position } from './read-log.ts'
import { bytesOf, type EndedSegment, type SegmentChain } from './segment-chain.ts'

export interface KeptSegments {
  /** That are there for nothing else, and stay; oldest first. */
  readonly segments: readonly EndedSegment[]
  /** Of those. */
  readonly bytes: number
  /** Of all that the store needs no more: also of those that are being deleted. */
  readonly unneededBytes: number
  /** The store needs these no more; all others it does. */
  cover(keys: ReadonlySet<string>): Promise<void>
  /** What comes after this place is kept; undefined where nothing is. */
  keepFrom(reader: LogReader, position: Position | undefined): Promise<void>
  /** The room is wanted: nothing of what is kept now stays. What the store needs no more from then on is kept as before. */
  release(): Promise<void>
}

/** For whom: the last backup stands at its place, and what sends events on at its own. */
export type LogReader = 'backup' | 'export'

type Segments = Pick<SegmentChain, 'older' | 'coveredBy' | 'remove'>

/** @param maxBytes of the segments that are kept together for each */
export function createKeptSegments(segments: Segments, maxBytes: Readonly<Record<LogReader, number>>): KeptSegments {
  let covered: ReadonlySet<string> = new Set()
  const from = new Map<LogReader, Position>()
  const unneeded = () => segments.older.filter(({ key }) => covered.has(key))

  return {
    get segments() {
      return kept()
    },
    get bytes() {
      return bytesOf(kept())
    },
    get unneededBytes() {
      return bytesOf(unneeded())
    },
    async cover(keys) {
      covered = keys
      await sweep()
    },
    async keepFrom(reader, position) {
      if (position) from.set(reader, position)
      else from.delete(reader)
      await sweep()
    },
    async release() {
      await segments.remove(new Set(unneeded().map(({ key }) => key)))
    },
  }

  function kept(): readonly EndedSegment[] {
    const keys = new Set([...from].flatMap(([reader, position]) => [...newest(position, maxBytes[reader])]))
    return unneeded().filter(({ key }) => keys.has(key))
  }

  async function sweep(): Promise<void> {
    const stay = new Set(kept())
    await segments.remove(new Set(unneeded().flatMap((segment) => (stay.has(segment) ? [] : segment.key))))
  }

  /** As many as fit. One that somebody needs is of use also where those before it are gone. */
  function* newest(position: Position, bound: number): Generator<string> {
    // Where the log does not have the place, all of it came later.
    const older = segments.coveredBy(position) ?? new Set()
    let left = bound
    for (const { key, bytes } of unneeded().reverse()) {
      left -= bytes
      if (older.has(key) || left < 0) return
      yield key
    }
  }
}
