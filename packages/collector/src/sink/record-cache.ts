/** Session records at hand, the least recently written let go first. */
import type { SessionRecord } from '../commit/session-record.ts'

export interface RecordCache {
  get(sessionId: string): SessionRecord | undefined
  set(record: SessionRecord): void
}

/** @param capacity records, from 1 */
export function createRecordCache(capacity: number): RecordCache {
  // A Map keeps the order of insertion, so its first key is the oldest.
  const records = new Map<string, SessionRecord>()
  return {
    get: (sessionId) => records.get(sessionId),
    set(record) {
      records.delete(record.sessionId)
      records.set(record.sessionId, record)
      if (records.size <= capacity) return
      for (const oldest of records.keys()) {
        records.delete(oldest)
        return
      }
    },
  }
}
