/** Joins the appends of all sessions into groups: one sync of the log pays for thousands of events. */
import type { AppendOutcome, CommitLog } from './commit-log.ts'
import { type CommitListener, noticeOf } from './commit-notice.ts'
import type { Journal } from './journal.ts'
import { type Append, planGroup } from './plan-group.ts'
import { readTogether } from './read-together.ts'
import { createRecordCache } from './record-cache.ts'
import type { SessionRecord } from './session-record.ts'

export interface GroupCommitOptions {
  readonly journal: Journal
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
}

export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const { journal, groupMs, groupEvents, listener, onFailure, setTimer = realTimer } = options
  const records = createRecordCache(options.maxRecords)
  const readOne = readTogether(journal)
  /** The last append of each session that has one under way. */
  const tails = new Map<string, Promise<AppendOutcome>>()
  let queue: Append[] = []
  let queuedEvents = 0
  let timerSet = false
  let writing = false

  return {
    async read(sessionId) {
      await tails.get(sessionId)
      if (records.has(sessionId)) return records.get(sessionId)
      const record = (await readOne(sessionId)).get(sessionId)
      records.set(sessionId, record)
      return record
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

    async settled() {
      void write()
      while (tails.size > 0) await Promise.all(tails.values())
    },
  }

  /** What comes while a group is written makes the next one. */
  async function write(): Promise<void> {
    if (writing) return
    writing = true
    while (queue.length > 0) {
      const group = nextGroup()
      // A fault of our own must not stop all commits after it.
      await commit(group).catch((error: unknown) => giveUp(group, String(error)))
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

  async function commit(appends: readonly Append[]): Promise<void> {
    const plan = planGroup(appends, await loadRecords([...new Set(appends.map((append) => append.sessionId))]))
    for (const { append, mark } of plan.stale) append.settle({ kind: 'stale', mark })
    if (plan.taken.length === 0) return
    const outcome = await journal.write(plan.writes)
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
    for (const [id, record] of await journal.readSessions(unknown)) found.set(id, record)
    return found
  }
}

function realTimer(run: () => void, delayMs: number): void {
  if (delayMs === 0) setImmediate(run)
  else setTimeout(run, delayMs)
}
