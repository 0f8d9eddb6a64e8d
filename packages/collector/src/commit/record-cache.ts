/** Session records at hand, the least recently used let go first. */
import type { SessionRecord } from './session-record.ts'

export interface RecordCache {
  /** Is it known what is recorded of the session, if it was nothing? */
  has(sessionId: string): boolean
  get(sessionId: string): SessionRecord | undefined
  /** @param record undefined for a session that is known to be new */
  set(sessionId: string, record: SessionRecord | undefined): void
  delete(sessionId: string): void
  /** Those at hand. */
  all(): IterableIterator<SessionRecord | undefined>
}

/** @param capacity records, from 1 */
export function createRecordCache(capacity: number): RecordCache {
  // A Map keeps the order of insertion, so its first key is the oldest.
  const records = new Map<string, SessionRecord | undefined>()
  return {
    has: (sessionId) => records.has(sessionId),
    get: (sessionId) => records.get(sessionId),
    set(sessionId, record) {
      records.delete(sessionId)
      records.set(sessionId, record)
      if (records.size <= capacity) return
      for (const oldest of records.keys()) {
        records.delete(oldest)
        return
      }
    },
    delete: (sessionId) => void records.delete(sessionId),
    all: () => records.values(),
  }
}
