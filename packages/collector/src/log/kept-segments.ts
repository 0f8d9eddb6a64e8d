/**
 * Keeps segments that the store needs no more: those behind the last backup, for it is of use only with what came after it.
 * They are kept within a bound, the newest of them, and go first where room is wanted.
 */
import type { Position } from './read-log.ts'
import type { SegmentChain } from './segment-chain.ts'

export interface KeptSegments {
  /** Of those that are there for nothing else. */
  readonly bytes: number
  /** The store needs these no more; all others it does. */
  cover(keys: ReadonlySet<string>): Promise<void>
  /** A backup stands here; undefined where nothing is to be kept. */
  keepFrom(position: Position | undefined): Promise<void>
}

type Segments = Pick<SegmentChain, 'older' | 'coveredBy' | 'remove'>

/** @param maxBytes of the segments that are kept together */
export function createKeptSegments(segments: Segments, maxBytes: number): KeptSegments {
  let covered: ReadonlySet<string> = new Set()
  let from: Position | undefined
  const unneeded = () => segments.older.filter(({ key }) => covered.has(key))

  return {
    get bytes() {
      return unneeded().reduce((sum, { bytes }) => sum + bytes, 0)
    },
    async cover(keys) {
      covered = keys
      await sweep()
    },
    async keepFrom(position) {
      from = position
      await sweep()
    },
  }

  async function sweep(): Promise<void> {
    const kept = new Set(newest())
    await segments.remove(new Set(unneeded().flatMap(({ key }) => (kept.has(key) ? [] : key))))
  }

  /** As many as fit. One that a backup needs is of use also where those before it are gone. */
  function* newest(): Generator<string> {
    // Where the log does not have the place of the backup, all of it came later.
    const older = from && (segments.coveredBy(from) ?? new Set())
    let left = maxBytes
    for (const { key, bytes } of unneeded().reverse()) {
      left -= bytes
      if (!older || older.has(key) || left < 0) return
      yield key
    }
  }
}
