/** Joins the appends of all sessions into groups: one sync of the log pays for thousands of events. */
import type { AppendOutcome, CommitLog } from './commit-log.ts'
import { type CommitListener, noticeOf } from './commit-notice.ts'
import type { Journal } from './journal.ts'
import { type Append, planGroup, restate } from './plan-group.ts'
import { readTogether } from './read-together.ts'
import { createRecordCache } from './record-cache.ts'
import type { RecordSource } from './record-source.ts'
import type { SessionRecord } from './session-record.ts'

export interface GroupCommitOptions {
  readonly journal: Journal
  /** Asked for sessions that are not at hand. */
  readonly source: RecordSource
  /** How long an append waits for others, in ms; 0: for those of the same turn of the loop. */
  readonly groupMs: number
  /** Events that are committed without waiting, and at most in one group unless a single batch has more. */
  readonly groupEvents: number
  /** Session records kept at hand. */
  readonly maxRecords: number
  readonly listener?: CommitListener
  readonly onFailure?: (reason: string) => void
  readonly setTimer?: (run: () => void, delayMs: number) => void
}

export interface GroupCommit extends CommitLog {
  /** Writes a group of nothing, to find out whether the log takes one again. Resolves once that is known. */
  probe(): Promise<void>
  /**
   * To be called each time that a store has connected, or has found damage: an empty entry from mark to mark shows, for
   * each session that is known, whether its last events are gone.
   */
  onStoreUp(): void
}

export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const { journal, source, groupMs, groupEvents, listener, onFailure, setTimer = realTimer } = options
  const records = createRecordCache(options.maxRecords)
  const readOne = readTogether(source)
  /** The last append of each session that has one under way. */
  const tails = new Map<string, Promise<AppendOutcome>>()
  let queue: Append[] = []
  /** Sessions whose place is still to be told to a store. */
  let restating: string[] = []
  let queuedEvents = 0
  let timerSet = false
  let writing = false

  return {
    async read(sessionId) {
      await tails.get(sessionId)
      try {
        if (!records.has(sessionId)) records.set(sessionId, (await readOne(sessionId)).get(sessionId))
      } catch {
        return { kind: 'unavailable' }
      }
      const record = records.get(sessionId)
      return record ? { kind: 'known', record } : { kind: 'unknown' }
    },

    begin: (sessionId) => records.set(sessionId, undefined),

    append(sessionId, expectedMark, batch) {
      const outcome = new Promise<AppendOutcome>((settle) => queue.push({ sessionId, expectedMark, batch, settle }))
      tails.set(sessionId, outcome)
      void outcome.then(() => tails.get(sessionId) === outcome && tails.delete(sessionId))
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
      await journal.write([])
      writing = false
      void write()
    },

    onStoreUp() {
      restating = [...records.all()].flatMap((record) => (record ? [record.sessionId] : []))
      void write()
    },

    async settled() {
      void write()
      while (tails.size > 0) await Promise.all(tails.values())
    },
  }

  /** What comes while a group is written makes the next one. */
  async function write(): Promise<void> {
    if (writing) return
    writing = true
    while (queue.length > 0 || restating.length > 0) {
      const group = nextGroup()
      // A fault of our own must not stop all commits after it.
      await commit(group, restating.splice(0, restatedAtOnce)).catch((error: unknown) => giveUp(group, String(error)))
    }
    writing = false
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

  async function commit(appends: readonly Append[], restated: readonly string[]): Promise<void> {
    const plan = planGroup(appends, await loadRecords([...new Set(appends.map((append) => append.sessionId))]))
    for (const { append, mark } of plan.stale) append.settle({ kind: 'stale', mark })
    const own = new Set(plan.writes.map(({ sessionId }) => sessionId))
    // Where a session stands shows by any entry of it.
    const others = restated.flatMap((id) => (own.has(id) ? [] : (records.get(id) ?? []))).map(restate)
    const writes = [...plan.writes, ...others]
    if (writes.length === 0) return
    const outcome = await journal.write(writes)
    if (outcome.kind === 'unavailable') return giveUp(plan.taken, outcome.reason)
    const after = new Map(plan.writes.map(({ record }) => [record.sessionId, record]))
    for (const [id, record] of after) records.set(id, record)
    for (const { sessionId, batch, settle } of plan.taken) {
      const record = after.get(sessionId)
      if (record) settle({ kind: 'committed', record, rejected: batch.rejected })
    }
    if (listener && listener.listeners > 0) listener.publish(noticeOf(plan.writes))
  }

  /** After a failure the marks are read anew. */
  function giveUp(appends: readonly Append[], reason: string): void {
    onFailure?.(reason)
    for (const { sessionId, settle } of appends) {
      records.delete(sessionId)
      settle({ kind: 'unavailable' })
    }
  }

  async function loadRecords(sessionIds: readonly string[]): Promise<ReadonlyMap<string, SessionRecord>> {
    const found = new Map<string, SessionRecord>()
    const unknown: string[] = []
    for (const id of sessionIds) {
      const record = records.get(id)
      if (record) found.set(id, record)
      else if (!records.has(id)) unknown.push(id)
    }
    if (unknown.length === 0) return found
    for (const [id, record] of await source.readSessions(unknown)) found.set(id, record)
    return found
  }
}

/** A store that connects must not make the events of others wait. */
const restatedAtOnce = 256

function realTimer(run: () => void, delayMs: number): void {
  if (delayMs === 0) setImmediate(run)
  else setTimeout(run, delayMs)
}
