/**
 * Holds the records of the sessions in memory, each until it is released. Others are found in the log, and then in the store.
 *
 * While the store is away a session that only begins is held *unconfirmed*, so that new players are never refused. Once the
 * store can tell, it is confirmed where nobody had it before; else it is given up, so that its sender comes again and the
 * true record is read.
 */
import type { ReadOutcome } from './commit-log.ts'
import type { Journal } from './journal.ts'
import { type RecordSource, readTogether } from './record-source.ts'
import type { SessionRecord } from './session-record.ts'

export interface SessionRecords {
  /** Undefined for a session that is not held. */
  get(sessionId: string): HeldRecord | undefined
  /** Finds a session, and holds it from then on unless nobody can tell. */
  find(sessionId: string, begins: boolean): Promise<ReadOutcome>
  /** Holds a session that nobody can have seen. */
  begin(sessionId: string): void
  /** Takes note of what was committed of a session, where it is held. */
  update(record: SessionRecord): void
  release(sessionId: string): void
  /** The sessions that are held. */
  sessions(): Iterable<string>
  /** Tells that the store can be asked: whoever waits for that asks it, and what is unconfirmed is confirmed or given up. */
  onStoreUp(): void
}

export interface HeldRecord {
  /** Undefined while nothing is committed of it. */
  record: SessionRecord | undefined
  isConfirmed: boolean
}

export interface SessionRecordsOptions {
  readonly journal: Pick<Journal, 'lastWrite' | 'forget'>
  readonly source: RecordSource
  readonly onConfirmed: (sessionId: string) => void
  /** The session is no longer held. */
  readonly onGivenUp: (sessionId: string) => void
  /** Returns how to cancel it. */
  readonly setTimer?: (run: () => void, delayMs: number) => () => void
}

/** How long a session waits for a store that is up, where it could begin unconfirmed. */
const beginWaitMs = 1000
/** How long any other waits for the store to come up. */
const upWaitMs = 5000
/** Between two tries to confirm. */
const confirmRetryMs = 1000

export function createSessionRecords(options: SessionRecordsOptions): SessionRecords {
  const { journal, source, onConfirmed, onGivenUp, setTimer = realTimer } = options
  const held = new Map<string, HeldRecord>()
  const readOne = readTogether(source)
  let waiters = new Set<(isUp: boolean) => void>()
  let isConfirming = false

  return {
    get: (sessionId) => held.get(sessionId),
    async find(sessionId, begins) {
      const known = held.get(sessionId)
      if (known) return outcomeOf(known)
      // One that can't be read now is as good as none: the store has it, too.
      const write = await journal.lastWrite(sessionId).catch(() => undefined)
      if (write && !write.unconfirmed) return hold(sessionId, { record: write.record, isConfirmed: true })
      const mayBegin = begins || write !== undefined
      const answer = await ask(sessionId, mayBegin)
      if (answer) return hold(sessionId, { ...answer, isConfirmed: true })
      if (!mayBegin) return { kind: 'unavailable' }
      const outcome = hold(sessionId, { record: write?.record, isConfirmed: false })
      void confirm()
      return outcome
    },
    begin: (sessionId) => void hold(sessionId, { record: undefined, isConfirmed: true }),
    update(record) {
      const known = held.get(record.sessionId)
      if (known) known.record = record
    },
    release: (sessionId) => void held.delete(sessionId),
    sessions: () => held.keys(),
    onStoreUp() {
      const waiting = waiters
      waiters = new Set()
      for (const finish of waiting) finish(true)
      void confirm()
    },
  }

  function hold(sessionId: string, found: HeldRecord): ReadOutcome {
    held.set(sessionId, found)
    return outcomeOf(found)
  }

  /** @returns undefined where the store does not tell in time */
  async function ask(
    sessionId: string,
    mayBegin: boolean,
  ): Promise<{ readonly record: SessionRecord | undefined } | undefined> {
    if (!source.isUp && (mayBegin || !(await comesUp()))) return undefined
    const answer = readOne(sessionId).then(
      (records) => ({ record: records.get(sessionId) }),
      () => undefined,
    )
    return mayBegin ? withinTime(answer) : answer
  }

  function comesUp(): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (isUp: boolean): void => {
        waiters.delete(finish)
        cancel()
        resolve(isUp)
      }
      const cancel = setTimer(() => finish(false), upWaitMs)
      waiters.add(finish)
    })
  }

  function withinTime<Value>(value: Promise<Value>): Promise<Value | undefined> {
    return new Promise((resolve) => {
      const cancel = setTimer(() => resolve(undefined), beginWaitMs)
      void value.then(resolve).finally(cancel)
    })
  }

  /** Runs until nothing is unconfirmed, or the store is away. */
  async function confirm(): Promise<void> {
    if (isConfirming) return
    isConfirming = true
    while (source.isUp) {
      const asked = new Map([...held].filter(([, { isConfirmed }]) => !isConfirmed))
      if (asked.size === 0) break
      try {
        const found = await source.readSessions([...asked.keys()])
        for (const [id, one] of asked) if (held.get(id) === one) confirmOrGiveUp(id, one, found.get(id))
      } catch {
        await new Promise<void>((resolve) => setTimer(resolve, confirmRetryMs))
      }
    }
    isConfirming = false
  }

  function confirmOrGiveUp(sessionId: string, one: HeldRecord, stored: SessionRecord | undefined): void {
    if (isSame(stored, one.record)) {
      one.isConfirmed = true
      onConfirmed(sessionId)
      return
    }
    held.delete(sessionId)
    journal.forget(sessionId)
    onGivenUp(sessionId)
  }
}

const outcomeOf = ({ record }: HeldRecord): ReadOutcome => (record ? { kind: 'known', record } : { kind: 'unknown' })

/**
 * Did the session begin here? Then what the store has of it comes from our own entries: it was first seen at the very
 * moment of the first of them. One that the store does not know at all had no other beginning.
 */
const isSame = (stored: SessionRecord | undefined, own: SessionRecord | undefined): boolean =>
  stored === undefined ||
  (own !== undefined &&
    stored.firstSeenMs === own.firstSeenMs &&
    stored.proofHash === own.proofHash &&
    stored.committedSeq <= own.committedSeq)

/** A wait for the store keeps no process alive. */
function realTimer(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs).unref()
  return () => clearTimeout(timer)
}
