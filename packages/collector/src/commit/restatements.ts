/**
 * Restates to a store where each session stands, a few sessions a group: an empty entry at the committed sequence shows
 * whether a session's last events are gone, though it never sends again.
 */
import type { LogWriter } from '../log/write-log.ts'
import { noEvents } from './encoded-events.ts'
import type { SessionRecord } from './session-record.ts'
import type { SessionRecords } from './session-records.ts'
import type { SessionWrite } from './session-write.ts'

export interface Restatements {
  /** Sessions that are still to be restated. */
  readonly count: number
  add(sessionId: string): void
  /** All sessions that are known. While some are to be restated already: once more after these. */
  addAll(): void
  /** The next few. Those that are unconfirmed come once they are confirmed. */
  take(): Promise<Restatement>
  /** The log has not taken it. */
  putBack(restatement: Restatement): void
}

export interface Restatement {
  readonly sessionIds: readonly string[]
  readonly writes: readonly SessionWrite[]
}

export const noRestatement: Restatement = { sessionIds: [], writes: [] }

/** Sessions in one group: the appends beside them must not wait for long. */
const restatedAtOnce = 32

export function createRestatements(
  log: Pick<LogWriter, 'sessions'> & { lastWrite(sessionId: string): Promise<SessionWrite | undefined> },
  records: Pick<SessionRecords, 'get' | 'sessions'>,
): Restatements {
  const waiting = new Set<string>()
  /** Damage is found piece by piece: one more round after this one tells of all of them. */
  let isRoundStale = false

  return {
    get count() {
      return waiting.size
    },
    add: (sessionId) => void waiting.add(sessionId),
    addAll() {
      if (waiting.size > 0) isRoundStale = true
      else beginRound()
    },
    async take() {
      const sessionIds = takeFirst(waiting, restatedAtOnce)
      if (isRoundStale && waiting.size === 0) beginRound()
      const writes = await Promise.all(sessionIds.map(writeOf))
      return { sessionIds, writes: writes.filter((write) => write !== undefined) }
    },
    putBack({ sessionIds }) {
      for (const id of sessionIds) waiting.add(id)
    },
  }

  function beginRound(): void {
    isRoundStale = false
    for (const id of log.sessions()) waiting.add(id)
    for (const id of records.sessions()) waiting.add(id)
  }

  async function writeOf(sessionId: string): Promise<SessionWrite | undefined> {
    const found = records.get(sessionId) ? undefined : await log.lastWrite(sessionId)
    // It may have come into memory meanwhile, and that is newer.
    const held = records.get(sessionId)
    if (held) return held.isConfirmed && held.record ? restate(held.record) : undefined
    return found && { ...restate(found.record), unconfirmed: found.unconfirmed }
  }
}

/** Where a session stands shows by any entry of it, and it has but one in a group. */
export function withRestated(own: readonly SessionWrite[], { writes }: Restatement): readonly SessionWrite[] {
  if (writes.length === 0) return own
  const ownIds = new Set(own.map(({ sessionId }) => sessionId))
  return [...own, ...writes.filter(({ sessionId }) => !ownIds.has(sessionId))]
}

/** Says where a session stands, and nothing new. */
function restate(record: SessionRecord): SessionWrite {
  const { sessionId, committedSeq, pushed, ended, lastSeenMs } = record
  const none = { events: noEvents, rejected: [], dropped: {}, missing: 0 }
  const batch = { ...none, upTo: committedSeq, pushed, end: ended, receivedAt: lastSeenMs }
  return { sessionId, from: committedSeq, batches: [batch], record, unconfirmed: false }
}

function takeFirst<Item>(items: Set<Item>, count: number): readonly Item[] {
  const first: Item[] = []
  for (const item of items) {
    if (first.length === count) break
    items.delete(item)
    first.push(item)
  }
  return first
}
