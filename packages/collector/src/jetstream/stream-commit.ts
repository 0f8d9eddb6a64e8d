/**
 * Commits to a stream that other collectors write as well: each session by itself, one message after the other, behind the
 * message that is known to be its last. What comes while one is published makes the next.
 */
import { messageOf } from '@downlink/protocol'
import type { SetTimer } from '../clock.ts'
import { type CommitListener, noticeOf } from '../commit/commit-feed.ts'
import type { CommitLog } from '../commit/commit-log.ts'
import type { CommitMeter } from '../commit/group-commit.ts'
import { type Append, acknowledge, planGroup, refuse } from '../commit/plan-group.ts'
import type { RecordSource } from '../commit/record-source.ts'
import type { SessionBatch } from '../commit/session-batch.ts'
import { countRejected } from '../commit/session-record.ts'
import { createSessionRecords } from '../commit/session-records.ts'
import type { SessionWrite } from '../commit/session-write.ts'
import { createWritePublisher, type LastKnown, type PublishOutcome } from './publish-write.ts'
import type { StreamLog } from './stream-log.ts'

export interface StreamCommit extends CommitLog {
  /** Lets a session go, and tells whoever is on it: the stream knows better. */
  giveUp(sessionId: string): void
  /** To be called each time that a store can be asked again. */
  onStoreUp(): void
}

export interface StreamCommitOptions {
  readonly stream: StreamLog
  /** Asked for sessions of which the stream has nothing. */
  readonly source: RecordSource
  /** Of a message. */
  readonly maxMessageBytes: number
  readonly newWriteId: () => string
  /** So long a message stays in the stream, also where a sink has it. */
  readonly keptMs: number
  readonly listener?: CommitListener
  readonly meter?: CommitMeter
  readonly onFailure?: (reason: string) => void
  readonly setTimer: SetTimer
  /** A monotonic clock, in ms. */
  readonly now: () => number
}

/** Where it is asked first. */
const nothingKnown: LastKnown = { seq: 0, atMs: Number.NEGATIVE_INFINITY }

/** Messages under way, of all sessions together. */
const maxInFlight = 256

export function createStreamCommit(options: StreamCommitOptions): StreamCommit {
  const { stream, source, maxMessageBytes, listener, meter, onFailure, setTimer, now } = options
  const lastMessages = new Map<string, LastKnown>()
  const records = createSessionRecords({
    log: { lastWrite, forget: (sessionId) => void lastMessages.delete(sessionId) },
    source,
    onConfirmed() {},
    setTimer,
  })
  const slots = createSlots(maxInFlight)
  const publisher = createWritePublisher({ ...options, pause })
  const queues = new Map<string, { readonly waiting: Append[]; readonly settled: Promise<void> }>()

  return {
    isShared: true,
    async read(sessionId, begins) {
      await queues.get(sessionId)?.settled
      const outcome = await records.find(sessionId, begins)
      if (outcome.kind === 'unavailable') lastMessages.delete(sessionId)
      return outcome
    },
    begin(sessionId) {
      lastMessages.set(sessionId, { seq: 0, atMs: now() })
      records.begin(sessionId)
    },
    release,
    giveUp: records.giveUp,
    isConfirmed: records.isConfirmed,
    onGivenUp: records.onGivenUp,
    append(sessionId, expectedSeq, batch) {
      meter?.appended(batch)
      return new Promise((resolve) => {
        const append: Append = {
          ...{ sessionId, expectedSeq, batch },
          resolve(outcome) {
            meter?.answered(batch, outcome)
            resolve(outcome)
          },
        }
        const queue = queues.get(sessionId)
        if (queue) return void queue.waiting.push(append)
        const waiting = [append]
        queues.set(sessionId, { waiting, settled: commitAll(sessionId, waiting) })
      })
    },
    async settled() {
      while (queues.size > 0) await Promise.all([...queues.values()].map(({ settled }) => settled))
    },
    onStoreUp: records.onStoreUp,
  }

  async function lastWrite(sessionId: string): Promise<SessionWrite | undefined | 'unavailable'> {
    const atMs = now()
    const last = await stream.readLast(sessionId)
    if (last.kind === 'unavailable') return 'unavailable'
    lastMessages.set(sessionId, { seq: last.kind === 'found' ? last.seq : 0, atMs })
    return last.kind === 'found' ? last.write : undefined
  }

  function release(sessionId: string): void {
    records.release(sessionId)
    lastMessages.delete(sessionId)
  }

  async function commitAll(sessionId: string, waiting: Append[]): Promise<void> {
    // What comes in the same turn of the loop goes together.
    await new Promise(setImmediate)
    while (waiting.length > 0) {
      await slots.take()
      await commit(waiting.splice(0, countFitting(waiting, maxMessageBytes)))
      slots.leave()
    }
    queues.delete(sessionId)
  }

  /** Between two tries of one session others go on. */
  async function pause(ms: number): Promise<void> {
    slots.leave()
    await new Promise<void>((resolve) => setTimer(resolve, ms))
    await slots.take()
  }

  /** Never rejects. */
  async function commit(appends: readonly Append[]): Promise<void> {
    const plan = planGroup(appends, records.get)
    refuse(plan)
    const [write] = plan.writes
    if (!write) return
    const startedAtMs = now()
    const { sessionId, record } = write
    const outcome = await publish(write)
    if (outcome.kind === 'committed') {
      meter?.wrote('written', now() - startedAtMs)
      lastMessages.set(sessionId, { seq: outcome.seq, atMs: startedAtMs })
      records.update(record)
      acknowledge(plan)
      if (listener && listener.listeners > 0) listener.publish(noticeOf([write]))
      return
    }
    if (outcome.kind === 'unavailable') {
      meter?.wrote('unavailable', now() - startedAtMs)
      onFailure?.(outcome.reason)
    }
    // Where it stands is read anew.
    release(sessionId)
    for (const { resolve } of plan.taken) resolve(outcome)
  }

  function publish(write: SessionWrite): Promise<PublishOutcome> {
    return publisher
      .publish(withinMessage(write, maxMessageBytes), lastMessages.get(write.sessionId) ?? nothingKnown)
      .catch((error: unknown) => ({ kind: 'unavailable', reason: messageOf(error) }))
  }
}

/** Of a message: the record, and all else that is one a message, come beside it. */
const shareOfBatches = 1 / 2

/** How many of the oldest appends fit into a message: at least one. */
function countFitting(appends: readonly Append[], maxMessageBytes: number): number {
  if (appends.length === 1) return 1
  let bytes = 0
  let count = 0
  for (const { batch } of appends) {
    bytes += bytesOf(batch)
    if (count > 0 && bytes > maxMessageBytes * shareOfBatches) break
    count++
  }
  return count
}

/** Rejected events whose texts would not fit are counted, and not kept. */
function withinMessage(write: SessionWrite, maxMessageBytes: number): SessionWrite {
  const bytes = write.batches.reduce((sum, { rejected }) => sum + jsonBytes(rejected), 0)
  return bytes <= maxMessageBytes * shareOfBatches ? write : { ...write, batches: write.batches.map(countRejected) }
}

/** As it stands in the entry. */
function bytesOf({ events: { types, contexts = [], bytes }, ...batch }: SessionBatch): number {
  return bytes.length + jsonBytes(batch) + jsonBytes(types) + jsonBytes(contexts)
}

const jsonBytes = (value: object): number => Buffer.byteLength(JSON.stringify(value))

/** Lets so many at once go on. */
function createSlots(count: number) {
  let free = count
  const waiting: (() => void)[] = []
  return {
    async take(): Promise<void> {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
    },
    leave(): void {
      const next = waiting.shift()
      if (next) next()
      else free++
    },
  }
}
