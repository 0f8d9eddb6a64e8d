/** Makes groups durable: appends them to the log, and tells the sink how far it may read. */
import type { LogWriter } from '../log/write-log.ts'
import { decodeWrite, encodeWrite, type SessionWrite } from './session-write.ts'

export interface Journal {
  /** Durable when it resolves. Never rejects. */
  write(writes: readonly SessionWrite[]): Promise<JournalOutcome>
  /** The last write of a session; undefined where the log need not keep it, or it is damaged. Rejects where it can't be read. */
  lastWrite(sessionId: string): Promise<SessionWrite | undefined>
  /** The sessions that have one. */
  sessions(): Iterable<string>
  /** Its writes are not what is committed of the session: the store knows better. */
  forget(sessionId: string): void
}

export type JournalOutcome =
  | { readonly kind: 'written' }
  /** Nothing can be written now, and nothing of this was. */
  | { readonly kind: 'unavailable'; readonly reason: string }

export interface JournalOptions {
  readonly log: Pick<LogWriter, 'write' | 'lastEntry' | 'sessions' | 'forget'>
  /** Hears how far the log is synced, and by how many events more: a sink may read so far. */
  readonly tell: (end: LogWriter['end'], events: number) => void
}

export function createJournal({ log, tell }: JournalOptions): Journal {
  return {
    async write(writes) {
      const result = await log.write(writes.map(encodeWrite))
      if (result.kind === 'lost_ownership') return { kind: 'unavailable', reason: 'Another process has opened the log' }
      if (result.kind === 'written') tell(result.end, countEvents(writes))
      return result
    },
    async lastWrite(sessionId) {
      const entry = await log.lastEntry(sessionId)
      return entry && decodeWrite(entry)
    },
    sessions: () => log.sessions(),
    forget: (sessionId) => log.forget(sessionId),
  }
}

function countEvents(writes: readonly SessionWrite[]): number {
  let events = 0
  for (const { batches } of writes) for (const batch of batches) events += batch.events.length
  return events
}
