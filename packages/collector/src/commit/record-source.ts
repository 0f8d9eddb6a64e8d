/** Declares the port to the store's session records, for the sessions that neither memory nor the log knows. */
import type { SessionRecord } from './session-record.ts'

export interface RecordSource {
  /** False while the store is away: a question would wait in vain. */
  readonly isUp: boolean
  /**
   * Those of the sessions that the store knows, once its sink has reached the log's end as of the question.
   *
   * @throws {CollectorError} `store_unavailable` where the store is away, or takes too long
   */
  readSessions(sessionIds: readonly string[]): Promise<ReadonlyMap<string, SessionRecord>>
}

type Records = ReadonlyMap<string, SessionRecord>

/**
 * Joins the reads of single sessions: after a restart they all come back at once, and one query serves them. What is asked
 * for while a query runs makes the next one.
 */
export function readTogether(store: Pick<RecordSource, 'readSessions'>): (sessionId: string) => Promise<Records> {
  let wanted = new Set<string>()
  let next: Promise<Records> | undefined
  let running: Promise<unknown> = Promise.resolve()

  return (sessionId) => {
    wanted.add(sessionId)
    next ??= running.then(() => {
      const ids = [...wanted]
      wanted = new Set()
      next = undefined
      const records = store.readSessions(ids)
      running = records.catch(() => {})
      return records
    })
    return next
  }
}
