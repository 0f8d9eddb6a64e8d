/** What makes groups durable: they are appended to the log, and the sink is told how far it may read. */
import { CollectorError } from '../errors.ts'
import type { LogWriter } from '../log/write-log.ts'
import type { SessionRecord } from './session-record.ts'
import { encodeWrite, type SessionWrite } from './session-write.ts'

export interface Journal {
  /** Durable when it resolves. Never rejects. */
  write(writes: readonly SessionWrite[]): Promise<JournalOutcome>
  /**
   * Those of the sessions that are known, as of all that was written before.
   *
   * @throws {CollectorError} `store_unavailable`
   */
  readSessions(sessionIds: readonly string[]): Promise<ReadonlyMap<string, SessionRecord>>
}

export type JournalOutcome =
  | { readonly kind: 'written' }
  /** Nothing can be written now, and nothing of this was. */
  | { readonly kind: 'unavailable'; readonly reason: string }

export interface JournalOptions {
  readonly log: Pick<LogWriter, 'write'>
  readonly sink: {
    tell(end: LogWriter['end']): void
    caughtUp(timeoutMs: number): Promise<boolean>
  }
  readonly store: Pick<Journal, 'readSessions'>
}

/** How long a session that nobody remembers waits for the store. */
const catchUpTimeoutMs = 5000

export function createJournal({ log, sink, store }: JournalOptions): Journal {
  return {
    async write(writes) {
      const result = await log.write(writes.map(encodeWrite))
      if (result.kind === 'written') sink.tell(result.end)
      return result
    },
    async readSessions(sessionIds) {
      if (await sink.caughtUp(catchUpTimeoutMs)) return store.readSessions(sessionIds)
      throw new CollectorError('store_unavailable', `The store did not catch up with the log in ${catchUpTimeoutMs} ms`)
    },
  }
}
