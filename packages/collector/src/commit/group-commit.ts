/** Joins the appends of all sessions into groups: one sync of the log pays for thousands of events. */
import { systemClock } from '../clock.ts'
import type { Position } from '../log/read-log.ts'
import type { LogWriter, WriteResult } from '../log/write-log.ts'
import { type CommitListener, noticeOf } from './commit-feed.ts'
import type { AppendOutcome, CommitLog } from './commit-log.ts'
import { encodeOperation, type Forgetting, type Operation } from './operation.ts'
import { type Append, acknowledge, planGroup, refuse } from './plan-group.ts'
import type { RecordSource } from './record-source.ts'
import { createRestatements, noRestatement, type Restatements, withRestated } from './restatements.ts'
import type { SessionBatch } from './session-batch.ts'
import { createSessionRecords, type SessionRecords, type SessionRecordsOptions } from './session-records.ts'
import { countEvents, decodeWrite, encodeWrite, type SessionWrite } from './session-write.ts'

export interface GroupCommitOptions {
  readonly log: Pick<LogWriter, 'write' | 'lastEntry' | 'sessions' | 'forget'>
  /** The log is synced up to here, by so many events more: a sink may read so far. */
  readonly onSynced?: (end: Position, events: number) => void
  /** It is in the log that these are forgotten: all of them that stands before this place. What comes behind it is of sessions that start anew. */
  readonly onForgotten?: (sessionIds: readonly string[], until: Position) => void
  /** Asked for sessions that neither memory nor the log knows. */
  readonly source: RecordSource
  /** How long an append waits for others, in ms; 0: for those of the same turn of the loop. */
  readonly groupMs: number
  /** Events that are committed without waiting, and at most in one group unless a single batch has more. */
  readonly groupEvents: number
  readonly listener?: CommitListener
  readonly meter?: CommitMeter
  readonly onFailure?: (reason: string) => void
  readonly setTimer?: (run: () => void, delayMs: number) => void
  /** A monotonic clock, in ms. */
  readonly now?: () => number
  /** For what waits for the store. */
  readonly setStoreTimer?: SessionRecordsOptions['setTimer']
}

/** Measures what is committed. */
export interface CommitMeter {
  appended(batch: SessionBatch): void
  answered(batch: SessionBatch, outcome: AppendOutcome): void
  /** A write to the log has ended. */
  wrote(outcome: 'written' | 'unavailable', durationMs: number): void
}

export interface GroupCommit extends CommitLog {
  /** Makes an operation durable, behind all that was acknowledged before. Resolves to whether it is. Never rejects. */
  appendOperation(operation: Operation): Promise<boolean>
  /** Writes a group of nothing, to find out whether the log takes one again. Resolves once that is known. */
  probe(): Promise<void>
  /** To be called each time that a store has connected, or has found damage: it is told where each session stands. */
  onStoreUp(): void
}

export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const { log, source, setStoreTimer: setTimer } = options
  const queue = createAppendQueue(options, () => void write())
  const lastWrite = (sessionId: string) => lastWriteOf(sessionId, log)
  const records = createSessionRecords({ log: { lastWrite, forget: log.forget }, source, setTimer, onConfirmed })
  const restatements = createRestatements({ sessions: log.sessions, lastWrite }, records)
  const writeToLog = createMeteredLog(options)
  const commit = createCommit({ ...options, records, restatements, writeToLog })
  const operations: OperationAppend[] = []
  let isWriting = false

  return {
    isShared: false,
    read: (sessionId, begins) => queue.settledOf(sessionId).then(() => records.find(sessionId, begins)),
    append: queue.add,
    appendOperation: (operation) =>
      new Promise((resolve) => {
        operations.push({ operation, resolve })
        void write()
      }),
    begin: records.begin,
    release: records.release,
    isConfirmed: records.isConfirmed,
    onGivenUp: records.onGivenUp,
    async probe() {
      // A group that is under way tells it as well.
      if (isWriting) return
      isWriting = true
      await writeToLog([], [])
      isWriting = false
      void write()
    },
    onStoreUp() {
      records.onStoreUp()
      restatements.addAll()
      void write()
    },
    async settled() {
      void write()
      await queue.settled()
    },
  }

  function onConfirmed(sessionId: string): void {
    restatements.add(sessionId)
    void write()
  }

  /** What comes while a group is written makes the next one. */
  async function write(): Promise<void> {
    if (isWriting) return
    isWriting = true
    for (let works = true; queue.length + operations.length > 0 || (restatements.count > 0 && works); ) {
      const asked = operations.splice(0)
      works = await commit(queue.takeGroup(), asked)
      for (const { resolve } of asked) resolve(works)
    }
    isWriting = false
  }
}

/** Undefined also where it can't be read: the store has it, too. */
async function lastWriteOf(sessionId: string, log: Pick<LogWriter, 'lastEntry'>): Promise<SessionWrite | undefined> {
  try {
    const entry = await log.lastEntry(sessionId)
    return entry && decodeWrite(entry)
  } catch {
    return undefined
  }
}

/** Commits a group. Resolves to false where the log takes nothing now. Never rejects. */
type Commit = (appends: readonly Append[], asked: readonly OperationAppend[]) => Promise<boolean>

interface CommitOptions extends Pick<GroupCommitOptions, 'listener' | 'onForgotten' | 'onFailure'> {
  readonly records: SessionRecords
  readonly restatements: Restatements
  readonly writeToLog: WriteToLog
}

function createCommit(options: CommitOptions): Commit {
  const { listener, onForgotten, onFailure, records, restatements, writeToLog } = options
  // A fault of our own must not stop all commits after it.
  return (appends, asked) => commit(appends, asked).catch((error: unknown) => giveUp(appends, String(error)))

  async function commit(appends: readonly Append[], asked: readonly OperationAppend[]): Promise<boolean> {
    const restated = restatements.count === 0 ? noRestatement : await restatements.take()
    const plan = planGroup(appends, records.get)
    refuse(plan)
    const writes = withRestated(plan.writes, restated)
    const isEmpty = writes.length + asked.length === 0
    const result = isEmpty ? undefined : await writeToLog(writes, asked)
    if (result && result.kind !== 'written') {
      restatements.putBack(restated)
      return giveUp(plan.taken, reasonOf(result))
    }
    for (const { record } of plan.writes) records.update(record)
    acknowledge(plan)
    for (const { operation } of asked) if (operation.kind === 'forget' && result) giveUpSessions(operation, result.end)
    if (listener && listener.listeners > 0) listener.publish(noticeOf(plan.writes))
    return true
  }

  /** They come again, and are refused. */
  function giveUpSessions({ sessionIds }: Forgetting, until: Position): void {
    for (const sessionId of sessionIds) records.giveUp(sessionId)
    onForgotten?.(sessionIds, until)
  }

  /** After a failure the committed sequences are read anew. */
  function giveUp(appends: readonly Append[], reason: string): false {
    if (appends.length > 0) onFailure?.(reason)
    for (const { sessionId, resolve } of appends) {
      records.release(sessionId)
      resolve({ kind: 'unavailable' })
    }
    return false
  }
}

/** An operation that waits for the next group. */
interface OperationAppend {
  readonly operation: Operation
  resolve(isDurable: boolean): void
}

/** Writes a group to the log, and tells how far it is synced. */
type WriteToLog = (writes: readonly SessionWrite[], asked: readonly OperationAppend[]) => Promise<WriteResult>

type MeteredLogOptions = Pick<GroupCommitOptions, 'log' | 'onSynced' | 'meter' | 'now'>

function createMeteredLog({ log, onSynced, meter, now = systemClock.monotonicMs }: MeteredLogOptions): WriteToLog {
  return async (writes, asked) => {
    const startedAtMs = now()
    const result = await log.write([
      ...writes.map(encodeWrite),
      ...asked.map(({ operation }) => encodeOperation(operation)),
    ])
    if (result.kind === 'written')
      onSynced?.(
        result.end,
        writes.reduce((sum, write) => sum + countEvents(write), 0),
      )
    meter?.wrote(result.kind === 'written' ? 'written' : 'unavailable', now() - startedAtMs)
    return result
  }
}

type QueueOptions = Pick<GroupCommitOptions, 'groupMs' | 'groupEvents' | 'meter' | 'setTimer'>

/** Appends that wait for their group, which is due after a moment, or once there are events enough. */
function createAppendQueue({ groupMs, groupEvents, meter, setTimer = realTimer }: QueueOptions, onDue: () => void) {
  let waiting: Append[] = []
  let waitingEvents = 0
  let isTimerSet = false
  /** The last append of each session that has one under way. */
  const tails = new Map<string, Promise<AppendOutcome>>()

  return {
    get length(): number {
      return waiting.length
    },

    add(sessionId: string, expectedSeq: number, batch: SessionBatch): Promise<AppendOutcome> {
      const outcome = new Promise<AppendOutcome>((resolve) => waiting.push({ sessionId, expectedSeq, batch, resolve }))
      meter?.appended(batch)
      tails.set(sessionId, outcome)
      void outcome.then((answer) => {
        meter?.answered(batch, answer)
        if (tails.get(sessionId) === outcome) tails.delete(sessionId)
      })
      waitingEvents += batch.events.length
      if (waitingEvents >= groupEvents) onDue()
      else if (!isTimerSet) {
        isTimerSet = true
        setTimer(() => {
          isTimerSet = false
          onDue()
        }, groupMs)
      }
      return outcome
    },

    /** The oldest, as many as make a group. */
    takeGroup(): readonly Append[] {
      let events = 0
      let count = 0
      while (count < waiting.length && (count === 0 || events < groupEvents)) {
        events += waiting[count++]?.batch.events.length ?? 0
      }
      const group = waiting.slice(0, count)
      waiting = waiting.slice(count)
      waitingEvents -= events
      return group
    },

    /** Resolves once all that was added of a session has its outcome. */
    settledOf: (sessionId: string): Promise<unknown> => tails.get(sessionId) ?? Promise.resolve(),

    async settled(): Promise<void> {
      while (tails.size > 0) await Promise.all(tails.values())
    },
  }
}

function realTimer(run: () => void, delayMs: number): void {
  if (delayMs === 0) setImmediate(run)
  else setTimeout(run, delayMs)
}

const reasonOf = (result: Exclude<WriteResult, { kind: 'written' }>): string =>
  result.kind === 'unavailable' ? result.reason : 'Another process has opened the log'
