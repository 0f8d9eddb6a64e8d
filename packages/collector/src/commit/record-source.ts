/** Reads session records from the store, for the sessions that neither memory nor the log knows; with the port to it. */
import type { SetTimer } from '../clock.ts'
import { createWaiters } from '../waiters.ts'
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

/** Reads the records of single sessions. */
export interface RecordReader {
  /**
   * @param mayBegin the session could begin without an answer: then it waits less
   * @returns undefined where the store does not tell in time
   */
  read(sessionId: string, mayBegin: boolean): Promise<{ readonly record: SessionRecord | undefined } | undefined>
  /** The store can be asked: who waited for that does. */
  onStoreUp(): void
}

/** How long a session waits for a store that is up, where it could begin unconfirmed. */
const beginWaitMs = 1000
/** How long any other waits for the store to come up. */
const upWaitMs = 5000

export function createRecordReader(source: RecordSource, setTimer: SetTimer): RecordReader {
  const readOne = readTogether(source)
  const waiters = createWaiters(setTimer)
  return {
    async read(sessionId, mayBegin) {
      const isUp = source.isUp || (!mayBegin && (await waiters.until(() => source.isUp, upWaitMs)))
      if (!isUp) return undefined
      const answer = readOne(sessionId).then(
        (records) => ({ record: records.get(sessionId) }),
        () => undefined,
      )
      return mayBegin ? withinTime(answer, setTimer) : answer
    },
    onStoreUp: waiters.changed,
  }
}

function withinTime<Value>(value: Promise<Value>, setTimer: SetTimer): Promise<Value | undefined> {
  return new Promise((resolve) => {
    const cancel = setTimer(() => resolve(undefined), beginWaitMs)
    void value.then(resolve).finally(cancel)
  })
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
