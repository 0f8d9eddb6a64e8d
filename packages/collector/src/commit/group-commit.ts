/** Joins the appends of all sessions into few transactions: one fsync pays for thousands of events. */
import type { AppendOutcome, CommitLog } from './commit-log.ts'
import { type CommitListener, noticeOf } from './commit-notice.ts'
import { type Append, type GroupPlan, planGroup } from './plan-group.ts'
import { readTogether } from './read-together.ts'
import { createRecordCache } from './record-cache.ts'
import type { AcceptedEvent, RejectedEvent, SessionBatch } from './session-batch.ts'
import type { SessionRecord } from './session-record.ts'
import type { SessionStore } from './session-store.ts'

export interface GroupCommitOptions {
  readonly store: SessionStore
  /** How long an append waits for others. */
  readonly groupMs: number
  /** Events that are committed without waiting, and at most in one transaction unless a single batch has more. */
  readonly groupEvents: number
  /** Session records kept at hand. */
  readonly maxRecords: number
  readonly listener?: CommitListener
  readonly onFailure?: (reason: string) => void
  readonly setTimer?: (callback: () => void, delayMs: number) => void
}

export function createGroupCommit(options: GroupCommitOptions): CommitLog {
  const { store, groupMs, groupEvents, listener, onFailure } = options
  const { setTimer = (callback, delayMs) => setTimeout(callback, delayMs) } = options
  const records = createRecordCache(options.maxRecords)
  const readOne = readTogether(store)
  /** The last append of each session that has one under way. */
  const tails = new Map<string, Promise<AppendOutcome>>()
  let queue: Append[] = []
  let queuedEvents = 0
  let timerSet = false
  let writing = false

  const log: CommitLog = {
    async read(sessionId) {
      await tails.get(sessionId)
      return records.get(sessionId) ?? (await readOne(sessionId)).get(sessionId)
    },

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

    async settled() {
      void write()
      while (tails.size > 0) await Promise.all(tails.values())
    },
  }
  return log

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
    const ids = [...new Set(appends.map((append) => append.sessionId))]
    let before: ReadonlyMap<string, SessionRecord>
    try {
      before = await standing(ids)
    } catch (error) {
      return giveUp(appends, String(error))
    }
    const plan = planGroup(appends, before)
    for (const { append, mark } of plan.stale) append.settle({ kind: 'stale', mark })
    if (plan.taken.length === 0) return
    const outcome = await store.write(plan.group)
    if (outcome.kind === 'written') return finish(plan)
    if (outcome.kind === 'unavailable') return giveUp(plan.taken, outcome.reason)
    const [first, ...rest] = plan.taken
    if (first && rest.length === 0) return commitWithoutCulprits(first, outcome.reason)
    // One of many can't be stored: each stands alone, so that the others don't suffer for it.
    for (const append of plan.taken) await commit([append])
  }

  async function commitWithoutCulprits(append: Append, reason: string): Promise<void> {
    const { sessionId, batch } = append
    const events = []
    const rejected: RejectedEvent[] = [...batch.rejected]
    for (const accepted of batch.events) {
      const trial = await store.tryEvent({ sessionId, receivedAt: batch.receivedAt, events: [accepted] })
      if (trial.kind === 'unavailable') return giveUp([append], trial.reason)
      if (trial.kind === 'written') events.push(accepted)
      else rejected.push(unstorable(append, accepted, trial.reason))
    }
    // The same content would be refused again, and for ever: the session waits, and the log says why.
    if (events.length === batch.events.length) return giveUp([append], reason)
    await commit([{ ...append, batch: { ...batch, events, rejected } satisfies SessionBatch }])
  }

  function finish(plan: GroupPlan): void {
    for (const record of plan.after.values()) records.set(record)
    for (const { sessionId, batch, settle } of plan.taken) {
      const record = plan.after.get(sessionId)
      if (record) settle({ kind: 'committed', record, rejected: batch.rejected })
    }
    if (listener && listener.listeners > 0) listener.publish(noticeOf(plan.group))
  }

  /** The marks are the store's to tell: after a failure they are read from it again. */
  function giveUp(appends: readonly Append[], reason: string): void {
    onFailure?.(reason)
    for (const { sessionId, settle } of appends) {
      records.delete(sessionId)
      settle({ kind: 'unavailable' })
    }
  }

  async function standing(sessionIds: readonly string[]): Promise<ReadonlyMap<string, SessionRecord>> {
    const found = new Map<string, SessionRecord>()
    const unknown: string[] = []
    for (const id of sessionIds) {
      const record = records.get(id)
      if (record) found.set(id, record)
      else unknown.push(id)
    }
    if (unknown.length === 0) return found
    for (const [id, record] of await store.readSessions(unknown)) found.set(id, record)
    return found
  }
}

const unstorable = (append: Append, accepted: AcceptedEvent, message: string): RejectedEvent => ({
  sessionId: append.sessionId,
  seq: accepted.seq,
  code: 'unstorable',
  message,
  raw: rawOf(accepted),
  receivedAt: append.batch.receivedAt,
})

/** The event as an element of a batch, so that it can be judged again. */
function rawOf({ event: { type, timestamp, version, json }, envelope }: AcceptedEvent): string {
  const head = JSON.stringify({ type, timestamp, version }).slice(0, -1)
  return `${head},"data":${json}${envelope === undefined ? '}' : `,${envelope.slice(1)}`}`
}
