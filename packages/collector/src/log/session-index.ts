/** Indexes where each session's last entry begins, for the entries above the last checkpoint: what stands below is in the store's file. */
import { setNewest } from '../newest-entries.ts'
import type { EntryHead } from './entry.ts'
import type { Position } from './read-log.ts'

export interface SessionIndex {
  readonly size: number
  get(sessionId: string): Position | undefined
  /** Tells of an entry that comes after all that were told before. */
  set(sessionId: string, begin: Position): void
  delete(sessionId: string): void
  sessions(): IterableIterator<string>
  /** @param covers does a checkpoint hold the entry that begins here? Never asked beyond the first that it does not */
  removeWhile(covers: (begin: Position) => boolean): void
}

/** @param capacity sessions; beyond it those are let go that were told of the longest ago */
export function createSessionIndex(capacity: number): SessionIndex {
  // Each entry is inserted anew, so this is the order of the log.
  const places = new Map<string, Position>()
  return {
    get size() {
      return places.size
    },
    get: (sessionId) => places.get(sessionId),
    set(sessionId, begin) {
      setNewest(places, sessionId, begin, capacity)
    },
    delete: (sessionId) => void places.delete(sessionId),
    sessions: () => places.keys(),
    removeWhile(covers) {
      for (const [sessionId, begin] of places) {
        if (!covers(begin)) return
        places.delete(sessionId)
      }
    },
  }
}

/** Takes note of an entry that comes after all that were indexed before. */
export function indexEntry(index: SessionIndex, head: EntryHead, begin: Position): void {
  if ('session' in head) index.set(head.session, begin)
  else for (const session of head.forgotten ?? []) index.delete(session)
}
