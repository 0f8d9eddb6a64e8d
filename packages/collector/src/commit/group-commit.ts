/** Joins the appends of all sessions into groups: one sync of the log pays for thousands of events. */

import { type CommitListener, noticeOf } from './commit-feed.ts'
import type { AppendOutcome, CommitLog } from './commit-log.ts'
import type { Journal, JournalOutcome } from './journal.ts'
import { type Append, planGroup, restate } from './plan-group.ts'
import type { RecordSource } from './record-source.ts'
import type { SessionBatch } from './session-batch.ts'
import { createSessionRecords } from './session-records.ts'
import type { SessionWrite } from './session-write.ts'

export interface GroupCommitOptions {
  readonly journal: Journal
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
  /** For what waits for the store. Returns how to cancel it. */
  readonly setStoreTimer?: (run: () => void, delayMs: number) => () => void
}

/** Measures what is committed. */
export interface CommitMeter {
  appended(batch: SessionBatch): void
  answered(batch: SessionBatch, outcome: AppendOutcome): void
  /** A write to the log has ended. */
  wrote(outcome: JournalOutcome['kind'], durationMs: number): void
}

export interface GroupCommit extends CommitLog {
  /** Writes a group of nothing, to find out whether the log takes one again. Resolves once that is known. */
  probe(): Promise<void>
  /**
   * To be called each time that a store has connected, or has found damage: an empty entry at its committed sequence shows, for
   * each session that is known, whether its last events are gone.
   */
  onStoreUp(): void
}

/** Sessions whose place is told to a store in one group: the appends beside them must not wait for long. */
const restatedAtOnce = 32

export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const { journal, source, groupMs, groupEvents, listener, meter, onFailure } = options
  const { setTimer = realTimer, setStoreTimer, now = monotonicMs } = options
  const records = createSessionRecords({
    journal,
    source,
    ...(setStoreTimer && { setTimer: setStoreTimer }),
    onConfirmed(sessionId) {
      untold.add(sessionId)
      void write()
    },
    onGivenUp(sessionId) {
      for (const hear of givenUpListeners) hear(sessionId)
    },
  })
  /** The last append of each session that has one under way. */
  const tails = new Map<string, Promise<AppendOutcome>>()
  let queue: Append[] = []
  let queuedEvents = 0
  let timerSet = false
  let writing = false
  /** Sessions whose place is still to be told to a store. */
  const untold = new Set<string>()
  /** Whether those that were told already have to be told once more. */
  let isTellingStale = false
  const givenUpListeners = new Set<(sessionId: string) => void>()

  return {
    async read(sessionId, begins) {
      await tails.get(sessionId)
      return records.find(sessionId, begins)
    },

    begin: (sessionId) => records.begin(sessionId),
    release: (sessionId) => records.release(sessionId),
    isConfirmed: (sessionId) => records.get(sessionId)?.isConfirmed ?? false,
    onGivenUp(hear) {
      givenUpListeners.add(hear)
      return () => void givenUpListeners.delete(hear)
    },

    append(sessionId, expectedSeq, batch) {
      const outcome = new Promise<AppendOutcome>((resolve) => queue.push({ sessionId, expectedSeq, batch, resolve }))
      meter?.appended(batch)
      tails.set(sessionId, outcome)
      void outcome.then((answer) => {
        meter?.answered(batch, answer)
        if (tails.get(sessionId) === outcome) tails.delete(sessionId)
      })
      queuedEvents += batch.events.length
      if (queuedEvents >= groupEvents) void write()
      else if (!timerSet) {
        timerSet = true
        setTimer(() => {
          timerSet = false
          void write()
        }, groupMs)
      }
      return outcome
    },

    async probe() {
      // A group that is under way tells it as well.
      if (writing) return
      writing = true
      await writeToJournal([])
      writing = false
      void write()
    },

    onStoreUp() {
      records.onStoreUp()
      // Damage is found piece by piece: one more round after this one tells of all of them.
      if (untold.size > 0) isTellingStale = true
      else tellAllPlaces()
    },

    async settled() {
      void write()
      while (tails.size > 0) await Promise.all(tails.values())
    },
  }

  function tellAllPlaces(): void {
    isTellingStale = false
    for (const id of journal.sessions()) untold.add(id)
    for (const id of records.sessions()) untold.add(id)
    void write()
  }

  /** What comes while a group is written makes the next one. */
  async function write(): Promise<void> {
    if (writing) return
    writing = true
    for (let works = true; queue.length > 0 || (untold.size > 0 && works); ) {
      const group = nextGroup()
      // A fault of our own must not stop all commits after it.
      works = await commit(group).catch((error: unknown) => giveUp(group, String(error)))
      if (isTellingStale && untold.size === 0) tellAllPlaces()
    }
    writing = false
  }

  async function writeToJournal(writes: readonly SessionWrite[]): Promise<JournalOutcome> {
    const startedAtMs = now()
    const outcome = await journal.write(writes)
    meter?.wrote(outcome.kind, now() - startedAtMs)
    return outcome
  }

  function nextGroup(): Append[] {
    let events = 0
    let count = 0
    while (count < queue.length && (count === 0 || events < groupEvents)) {
      events += queue[count++]?.batch.events.length ?? 0
    }
    const group = queue.slice(0, count)
    queue = queue.slice(count)
    queuedEvents -= events
    return group
  }

  /** @returns false where the log takes nothing now */
  async function commit(appends: readonly Append[]): Promise<boolean> {
    const told = takeFirst(untold, restatedAtOnce)
    const restated = told.length === 0 ? [] : await writesOfPlaces(told)
    const held = new Map(appends.map(({ sessionId }) => [sessionId, records.get(sessionId)]))
    const plan = planGroup(appends, held)
    // Its session was let go after a failure, and is read anew.
    for (const { resolve } of plan.unheld) resolve({ kind: 'unavailable' })
    for (const { append, committedSeq } of plan.stale) append.resolve({ kind: 'stale', committedSeq })
    const own = new Set(plan.writes.map(({ sessionId }) => sessionId))
    const writes = [
      ...plan.writes,
      // Where a session stands shows by any entry of it.
      ...restated.filter(({ sessionId }) => !own.has(sessionId)),
    ]
    if (writes.length > 0) {
      const outcome = await writeToJournal(writes)
      if (outcome.kind === 'unavailable') {
        for (const id of told) untold.add(id)
        return giveUp(plan.taken, outcome.reason)
      }
    }
    const after = new Map(plan.writes.map(({ record }) => [record.sessionId, record]))
    for (const record of after.values()) records.update(record)
    for (const { sessionId, batch, resolve } of plan.taken) {
      const record = after.get(sessionId)
      if (record) resolve({ kind: 'committed', record, rejected: batch.rejected })
    }
    if (listener && listener.listeners > 0) listener.publish(noticeOf(plan.writes))
    return true
  }

  /** Those that are unconfirmed come once they are confirmed. */
  async function writesOfPlaces(sessionIds: readonly string[]): Promise<readonly SessionWrite[]> {
    const writes = await Promise.all(
      sessionIds.map(async (id) => {
        const found = records.get(id) ? undefined : await journal.lastWrite(id).catch(() => undefined)
        // It may have come into memory meanwhile, and that is newer.
        const held = records.get(id)
        if (held) return held.isConfirmed && held.record ? restate(held.record) : undefined
        return found && { ...restate(found.record), unconfirmed: found.unconfirmed }
      }),
    )
    return writes.filter((write) => write !== undefined)
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

function takeFirst<Item>(items: Set<Item>, count: number): readonly Item[] {
  const first: Item[] = []
  for (const item of items) {
    if (first.length === count) break
    items.delete(item)
    first.push(item)
  }
  return first
}

function realTimer(run: () => void, delayMs: number): void {
  if (delayMs === 0) setImmediate(run)
  else setTimeout(run, delayMs)
}

const monotonicMs = (): number => performance.now()
