/** Stands in for the store and the commit log, which the tests fail at will. */
import type { AppendOutcome, CommitLog } from './commit/commit-log.ts'
import { type AcceptedEvent, encodeEvents } from './commit/encoded-events.ts'
import { decodeOperation, type Operation } from './commit/operation.ts'
import type { RecordSource } from './commit/record-source.ts'
import type { SessionBatch } from './commit/session-batch.ts'
import type { SessionRecord } from './commit/session-record.ts'
import { decodeWrite, encodeWrite, type SessionWrite } from './commit/session-write.ts'
import { isSessionEntry } from './log/entry.ts'
import type { Position } from './log/read-log.ts'
import type { LogWriter, WriteResult } from './log/write-log.ts'
import type { EventRun, EventStore, OperationStep, StoreGroup, WriteOutcome } from './sink/event-store.ts'

/** Where a group of a test ends in the log. */
export const aPosition = { segment: 'a-segment', offset: 100 }

/** A log and the store behind it, in one. */
export interface FakeLogWriter extends Pick<LogWriter, 'write' | 'lastEntry' | 'sessions' | 'forget'>, RecordSource {
  written: (readonly SessionWrite[])[]
  readonly operations: Operation[]
  readonly rows: Map<string, SessionRecord>
  /** Answers writes until it is cleared. */
  failWith: WriteResult | undefined
  /** Waits before each write. */
  gate: Promise<void> | undefined
  isUp: boolean
  readSessions: RecordSource['readSessions']
}

export function createFakeLogWriter(): FakeLogWriter {
  const log: FakeLogWriter = {
    written: [],
    operations: [],
    rows: new Map(),
    failWith: undefined,
    gate: undefined,
    isUp: true,
    async readSessions(ids) {
      return new Map([...log.rows].filter(([id]) => ids.includes(id)))
    },
    async lastEntry(sessionId) {
      const last = log.written.flat().findLast((write) => write.sessionId === sessionId)
      return last && encodeWrite(last)
    },
    sessions: () => new Set(log.written.flat().map(({ sessionId }) => sessionId)),
    forget(sessionId) {
      log.written = log.written.map((writes) => writes.filter((write) => write.sessionId !== sessionId))
    },
    async write(entries) {
      await log.gate
      if (log.failWith) return log.failWith
      log.operations.push(...entries.filter((entry) => !isSessionEntry(entry)).map(decodeOperation))
      const writes = entries.filter(isSessionEntry).map(decodeWrite)
      log.written.push(writes)
      for (const { record } of writes) log.rows.set(record.sessionId, record)
      return { kind: 'written', end: aPosition }
    },
  }
  return log
}

export interface FakeStore extends EventStore {
  readonly written: StoreGroup[]
  readonly applied: OperationStep[]
  readonly rows: Map<string, SessionRecord>
  /** Answers writes until it is cleared. */
  failWith: WriteOutcome | undefined
  /** A write takes effect, and says that it failed: a COMMIT whose answer was lost. */
  forgetsToSay: boolean
  /** Events of this type can't be stored. */
  poison: string | undefined
}

export function createFakeStore(): FakeStore {
  const tryRuns = (events: readonly EventRun[]): WriteOutcome =>
    events.some((run) => run.events.some(({ event }) => event.type === store.poison))
      ? { kind: 'refused', reason: 'poison', detail: 'poison in null' }
      : { kind: 'written' }
  let position: Position | undefined
  const store: FakeStore = {
    written: [],
    applied: [],
    rows: new Map(),
    failWith: undefined,
    forgetsToSay: false,
    poison: undefined,
    readPosition: async () => position,
    async readSessions(ids) {
      return new Map([...store.rows].filter(([id]) => ids.includes(id)))
    },
    async write(group) {
      const outcome = store.failWith ?? tryRuns(group.events)
      if (outcome.kind === 'written') {
        store.written.push(group)
        position = group.position
        for (const record of group.sessions) store.rows.set(record.sessionId, record)
      }
      if (!store.forgetsToSay) return outcome
      store.forgetsToSay = false
      return { kind: 'unavailable', reason: 'The answer was lost' }
    },
    async apply(step) {
      store.applied.push(step)
      position = step.position
      return { kind: 'written' }
    },
    tryEvent: async (run) => tryRuns([run]),
    tryOperation: async () => ({ kind: 'written' }),
  }
  return store
}

/** A batch of events of one type, from `seq` on. */
export const aBatch = (
  seq: number,
  count: number,
  over: Partial<Omit<SessionBatch, 'events'>> & { type?: string; events?: readonly AcceptedEvent[] } = {},
): SessionBatch => {
  const { type = 'a', events, ...rest } = over
  const upTo = seq + count - 1
  const event = { type, timestamp: 1, json: 'null' }
  return {
    upTo,
    pushed: upTo,
    events: encodeEvents(events ?? Array.from({ length: count }, (_, i) => ({ seq: seq + i, event }))),
    rejected: [],
    dropped: {},
    missing: 0,
    end: false,
    receivedAt: 1000,
    ...rest,
  }
}

export interface FakeLog extends CommitLog {
  isShared: boolean
  readonly appends: { readonly sessionId: string; readonly expectedSeq: number; readonly batch: SessionBatch }[]
  readonly released: string[]
  readonly unconfirmed: Set<string>
  /** Tells that a session did not begin here. */
  giveUp(sessionId: string): void
  /** Answers the oldest append. */
  answer(outcome: AppendOutcome): Promise<void>
}

export function createFakeLog(known: ReadonlyMap<string, SessionRecord> = new Map()): FakeLog {
  const waiting: ((outcome: AppendOutcome) => void)[] = []
  const log: FakeLog = {
    isShared: false,
    appends: [],
    async read(sessionId) {
      const record = known.get(sessionId)
      return record ? { kind: 'known', record } : { kind: 'unknown' }
    },
    append(sessionId, expectedSeq, batch) {
      log.appends.push({ sessionId, expectedSeq, batch })
      return new Promise((resolve) => waiting.push(resolve))
    },
    begin: () => {},
    released: [],
    unconfirmed: new Set(),
    release: (sessionId) => void log.released.push(sessionId),
    isConfirmed: (sessionId) => !log.unconfirmed.has(sessionId),
    onGivenUp(listener) {
      log.giveUp = listener
      return () => {}
    },
    giveUp: () => {},
    settled: async () => {},
    async answer(outcome) {
      waiting.shift()?.(outcome)
      await new Promise(setImmediate)
    },
  }
  return log
}
