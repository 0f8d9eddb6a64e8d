/** Knows of which sessions nothing more is sent, for somebody asked for them to be forgotten. */
import type { SessionWrite } from '../commit/session-write.ts'
import type { Position } from '../log/read-log.ts'

export interface ForgottenSessions {
  /** All of them that stands before a place of the log is none of the backend's any more. */
  add(sessionIds: readonly string[], until: Position): void
  /** Is a write that begins at a place not to be sent? To be asked in the order of the log. */
  has(write: SessionWrite, begin: Position): boolean
}

export function createForgottenSessions(): ForgottenSessions {
  const ends = new Map<string, Position>()
  return {
    add(sessionIds, until) {
      for (const id of sessionIds) ends.set(id, until)
    },
    has({ sessionId, batches }, begin) {
      const until = ends.get(sessionId)
      if (!until || isBefore(begin, until)) return until !== undefined
      // An entry behind the operation must not revive the session, unless it starts anew.
      if (!batches.some(({ restarts }) => restarts)) return true
      ends.delete(sessionId)
      return false
    },
  }
}

/** Of one log, whose segments begin with their numbers. */
const isBefore = (one: Position, other: Position): boolean =>
  one.segment === other.segment ? one.offset < other.offset : one.segment < other.segment
