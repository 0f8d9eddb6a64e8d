/** Joins the reads of single sessions: after a restart they all come back at once, and one query serves them. */
import type { RecordSource } from './record-source.ts'
import type { SessionRecord } from './session-record.ts'

type Records = ReadonlyMap<string, SessionRecord>

/** What is asked for while a query runs makes the next one. */
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
