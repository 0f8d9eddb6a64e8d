/**
 * Holds the records of the sessions in memory, each until it is released. Others are found in the log, and then in the store.
 *
 * While the store is away a session that only begins is held *unconfirmed*, so that new players are never refused. Once the
 * store can tell, it is confirmed where nobody had it before; else it is given up, so that its sender comes again and the
 * true record is read.
 */
import type { SetTimer } from '../clock.ts'
import type { ReadOutcome } from './commit-log.ts'
import { createRecordReader, type RecordSource } from './record-source.ts'
import type { SessionRecord } from './session-record.ts'
import type { SessionWrite } from './session-write.ts'

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
  isConfirmed(sessionId: string): boolean
  /** What the log and memory have of a session is not so any more: the store knows better. */
  giveUp(sessionId: string): void
  /** The sessions that are held. */
  sessions(): Iterable<string>
  /** Hears of sessions that are no longer held, since they did not begin here. @returns its unsubscribe */
  onGivenUp(listener: (sessionId: string) => void): () => void
  /** Tells that the store can be asked: whoever waits for that asks it, and what is unconfirmed is confirmed or given up. */
  onStoreUp(): void
}

export interface HeldRecord {
  /** Undefined while nothing is committed of it. */
  record: SessionRecord | undefined
  isConfirmed: boolean
}

/** What of sessions the log has. */
export interface LoggedSessions {
  /** The last write of a session; undefined where the log has none, or the store is to be asked instead. Never rejects. */
  lastWrite(sessionId: string): Promise<SessionWrite | undefined | 'unavailable'>
  /** Its entries are not what is committed of the session: the store knows better. */
  forget(sessionId: string): void
}

export interface SessionRecordsOptions {
  readonly log: LoggedSessions
  readonly source: RecordSource
  readonly onConfirmed: (sessionId: string) => void
  readonly setTimer?: SetTimer | undefined
}

/** Between two tries to confirm. */
const confirmRetryMs = 1000

export function createSessionRecords(options: SessionRecordsOptions): SessionRecords {
  const { log, source, onConfirmed, setTimer = realTimer } = options
  const held = new Map<string, HeldRecord>()
  const reader = createRecordReader(source, setTimer)
  const givenUpListeners = new Set<(sessionId: string) => void>()
  let isConfirming = false

  return {
    get: (sessionId) => held.get(sessionId),
    async find(sessionId, begins) {
      const known = held.get(sessionId)
      if (known) return outcomeOf(known)
      const write = await log.lastWrite(sessionId)
      if (write === 'unavailable') return { kind: 'unavailable' }
      if (write && !write.unconfirmed) return hold(sessionId, { record: write.record, isConfirmed: true })
      const mayBegin = begins || write !== undefined
      const answer = await reader.read(sessionId, mayBegin)
      if (answer) return hold(sessionId, { record: recordOf(answer.record, write?.record), isConfirmed: true })
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
    isConfirmed: (sessionId) => held.get(sessionId)?.isConfirmed ?? false,
    giveUp,
    sessions: () => held.keys(),
    onGivenUp(listener) {
      givenUpListeners.add(listener)
      return () => void givenUpListeners.delete(listener)
    },
    onStoreUp() {
      reader.onStoreUp()
      void confirm()
    },
  }

  function hold(sessionId: string, found: HeldRecord): ReadOutcome {
    held.set(sessionId, found)
    return outcomeOf(found)
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
    giveUp(sessionId)
  }

  function giveUp(sessionId: string): void {
    held.delete(sessionId)
    log.forget(sessionId)
    for (const hear of givenUpListeners) hear(sessionId)
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

/** A store whose sink is behind has less of a session, or nothing, than the log. */
const recordOf = (stored: SessionRecord | undefined, logged: SessionRecord | undefined): SessionRecord | undefined =>
  isSame(stored, logged) ? logged : stored

/** A wait for the store keeps no process alive. */
const realTimer: SetTimer = (run, delayMs) => {
  const timer = setTimeout(run, delayMs).unref()
  return () => clearTimeout(timer)
}
