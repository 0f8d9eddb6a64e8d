/** Stands in for the store and the commit log, which the tests fail at will. */
import type { AppendOutcome, CommitLog } from './commit/commit-log.ts'
import type { SessionBatch } from './commit/session-batch.ts'
import type { SessionRecord } from './commit/session-record.ts'
import type { SessionStore, WriteGroup, WriteOutcome } from './commit/session-store.ts'

export interface FakeStore extends SessionStore {
  readonly written: WriteGroup[]
  readonly rows: Map<string, SessionRecord>
  /** Answers writes until it is cleared. */
  failWith: WriteOutcome | undefined
  /** Events of this type can't be stored. */
  poison: string | undefined
  /** Waits before each write. */
  gate: Promise<void> | undefined
}

export function createFakeStore(): FakeStore {
  const store: FakeStore = {
    written: [],
    rows: new Map(),
    failWith: undefined,
    poison: undefined,
    gate: undefined,
    async readSessions(ids) {
      return new Map([...store.rows].filter(([id]) => ids.includes(id)))
    },
    async write(group) {
      await store.gate
      const outcome = store.failWith ?? judge(group)
      if (outcome.kind === 'written') {
        store.written.push(group)
        for (const record of group.sessions) store.rows.set(record.sessionId, record)
      }
      return outcome
    },
    tryEvent: async (run) => judge({ events: [run], rejected: [], sessions: [] }),
  }
  const judge = ({ events }: WriteGroup): WriteOutcome =>
    events.some((run) => run.events.some(({ event }) => event.type === store.poison))
      ? { kind: 'refused', reason: 'poison' }
      : { kind: 'written' }
  return store
}

/** A batch of events of one type, from `seq` on. */
export const aBatch = (
  seq: number,
  count: number,
  over: Partial<SessionBatch> & { type?: string } = {},
): SessionBatch => {
  const { type = 'a', ...rest } = over
  const upTo = seq + count - 1
  const event = { type, timestamp: 1, data: null, json: 'null' }
  return {
    upTo,
    pushed: upTo,
    events: Array.from({ length: count }, (_, i) => ({ seq: seq + i, event })),
    rejected: [],
    dropped: {},
    missing: 0,
    end: false,
    receivedAt: 1000,
    ...rest,
  }
}

export interface FakeLog extends CommitLog {
  readonly appends: { readonly sessionId: string; readonly expectedMark: number; readonly batch: SessionBatch }[]
  /** Settles the oldest append. */
  settle(outcome: AppendOutcome): Promise<void>
}

export function createFakeLog(known: ReadonlyMap<string, SessionRecord> = new Map()): FakeLog {
  const waiting: ((outcome: AppendOutcome) => void)[] = []
  const log: FakeLog = {
    appends: [],
    read: async (sessionId) => known.get(sessionId),
    append(sessionId, expectedMark, batch) {
      log.appends.push({ sessionId, expectedMark, batch })
      return new Promise((resolve) => waiting.push(resolve))
    },
    settled: async () => {},
    async settle(outcome) {
      waiting.shift()?.(outcome)
      await new Promise(setImmediate)
    },
  }
  return log
}
