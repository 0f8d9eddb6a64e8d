/** Knows of which sessions nothing more is sent, for somebody asked for them to be forgotten. */
import type { SessionWrite } from '../commit/session-write.ts'
import type { Position } from '../log/read-log.ts'

export interface ForgottenSessions {
  /** All of them that stands before a place of the log is none of the backend's any more. */
  add(sessionIds: readonly string[], until: Position): void
  /** Is a write that begins at a place not to be sent? To be asked in the order of the log, which may be read again. */
  has(write: SessionWrite, begin: Position): boolean
}

interface Forgotten {
  readonly until: Position
  /** Where the session starts anew. */
  restartedAt?: Position
}

export function createForgottenSessions(): ForgottenSessions {
  const forgotten = new Map<string, Forgotten>()
  return {
    add(sessionIds, until) {
      for (const id of sessionIds) {
        const known = forgotten.get(id)
        // Whoever reads the log again comes to earlier operations, too.
        if (!known || isBefore(known.until, until)) forgotten.set(id, { until })
      }
    },
    has({ sessionId, batches }, begin) {
      const known = forgotten.get(sessionId)
      if (!known || isBefore(begin, known.until)) return known !== undefined
      // An entry behind the operation must not revive the session, unless it starts anew.
      if (batches.some(({ restarts }) => restarts)) known.restartedAt ??= begin
      return !known.restartedAt || isBefore(begin, known.restartedAt)
    },
  }
}

/** Of one log, whose segments begin with their numbers. */
const isBefore = (one: Position, other: Position): boolean =>
  one.segment === other.segment ? one.offset < other.offset : one.segment < other.segment
