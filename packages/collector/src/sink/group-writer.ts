/** Writes groups of the log's entries into the store, and applies operations: each in one transaction with its place in the log. */
import type { AcceptedEvent } from '../commit/encoded-events.ts'
import type { Rejudgement } from '../commit/operation.ts'
import type { SessionRecord } from '../commit/session-record.ts'
import type { SessionWrite } from '../commit/session-write.ts'
import type { Position } from '../log/read-log.ts'
import { setNewest } from '../newest-entries.ts'
import { type AppliedWrite, applyWrite } from './apply-write.ts'
import type { EventRun, EventStore, OperationStep, StoreGroup, WriteOutcome } from './event-store.ts'
import { createPoisonGuard, type EventName, type PoisonGuard, type PoisonGuardOptions } from './poison-guard.ts'
import type { SinkReport } from './sink-reports.ts'
import { keepStorable, rejectUnstorable } from './unstorable.ts'

export interface GroupWriter {
  /** Where the store stands. */
  readPosition(): Promise<Position | undefined>
  /**
   * Writes a group, but for the events of it that can't be stored.
   *
   * @throws {RefusedWrite} where the store refuses what is no event's fault; what stands before it may be written by then
   * @throws where the store is unavailable
   */
  write(group: readonly LogItem[]): Promise<void>
  /**
   * Applies an operation to all that was written before, but for rejected events that can't be stored: they stay rejected.
   *
   * @throws where the store is unavailable
   */
  apply(step: OperationStep): Promise<void>
  /** Takes note that nothing more is to be written up to here. */
  moveTo(position: Position): void
  /** After a failure: whether the last transaction took effect is the store's to tell. */
  forget(): void
}

/** The store takes each event of this write by itself, and not the write: it would refuse it each time. */
export class RefusedWrite extends Error {
  override readonly name = 'RefusedWrite'
  readonly write: SessionWrite

  constructor(write: SessionWrite, reason: string) {
    super(reason)
    this.write = write
  }
}

/** An entry of a session. */
export interface LogItem {
  readonly write: SessionWrite
  readonly bytes: number
  readonly end: Position
}

export interface GroupWriterOptions {
  readonly store: EventStore
  readonly report: (report: SinkReport) => void
  readonly poison?: PoisonGuardOptions
  /** Session records kept at hand. */
  readonly maxRecords: number
}

export function createGroupWriter({ store, report, poison, maxRecords }: GroupWriterOptions): GroupWriter {
  const guard = createPoisonGuard(poison)
  const named = createNamedWrites(store, guard, report)
  const known = createKnownRecords(store, maxRecords)
  /** Where the store stands; `unread` where that has to be asked, at first and after a failure. */
  let position: Position | undefined | 'unread' = 'unread'

  return {
    async readPosition() {
      if (position !== 'unread') return position
      position = await store.readPosition()
      guard.startAt(position)
      return position
    },
    write: (group) => writeGroup(group),
    async apply(step) {
      const outcome = await named.apply(step)
      if (outcome.kind !== 'written') throw new Error(outcome.reason)
      // It changes records of any number of sessions.
      known.forget()
      position = step.position
    },
    moveTo(next) {
      position = next
    },
    forget() {
      position = 'unread'
      known.forget()
    },
  }

  /** @param tried what the group had, whose events were each tried by themselves */
  async function writeGroup(group: readonly LogItem[], tried?: SessionWrite): Promise<void> {
    const records = await known.load(new Set(group.map(({ write }) => write.sessionId)))
    const applied = group.map(({ write }) => {
      const result = applyWrite(write, records.get(write.sessionId))
      records.set(write.sessionId, result.record)
      return result
    })
    const outcome = await named.write(storeGroupOf(applied, group))
    if (outcome.kind === 'unavailable') throw new Error(outcome.reason)
    // What is refused without a culprit would be refused again, and for ever.
    if (outcome.kind === 'refused' && tried) throw new RefusedWrite(tried, outcome.reason)
    if (outcome.kind === 'refused') return isolate(group)
    for (const { record, lost, foreign } of applied) {
      if (lost > 0) report({ code: 'lost_events', sessionId: record.sessionId, events: lost })
      if (foreign > 0) report({ code: 'foreign_events', sessionId: record.sessionId, events: foreign })
    }
    known.keep(records)
    position = group.at(-1)?.end
  }

  /** Something in a group can't be stored: halves of it are tried until the culprit stands alone. */
  async function isolate(group: readonly LogItem[]): Promise<void> {
    const [first, ...others] = group
    if (!first || others.length > 0) {
      const middle = Math.ceil(group.length / 2)
      await writeGroup(group.slice(0, middle))
      return writeGroup(group.slice(middle))
    }
    const { sessionId } = first.write
    const write = await rejectUnstorable(first.write, named.tryEvent, (seq, reason) =>
      report({ code: 'unstorable_event', sessionId, seq, reason }),
    )
    return writeGroup([{ ...first, write }], first.write)
  }
}

/** Each write is named before it begins, and over once it has its outcome. */
function createNamedWrites(store: EventStore, guard: PoisonGuard, report: GroupWriterOptions['report']) {
  return {
    async write(group: StoreGroup): Promise<WriteOutcome> {
      const allowed = guard.beginGroup(group)
      return allowed ? ended(await store.write(allowed)) : { kind: 'refused', reason: suspicion }
    },
    async tryEvent(run: EventRun, { seq, event }: AcceptedEvent): Promise<WriteOutcome> {
      const mayTry = await guard.beginEvent({ sessionId: run.sessionId, seq }, event.json)
      return mayTry ? ended(await store.tryEvent(run)) : { kind: 'refused', reason: conviction }
    },
    async apply(step: OperationStep): Promise<WriteOutcome> {
      const { operation } = step
      const mayTry = guard.beginOperation(step.position)
      if (mayTry || operation.kind !== 'rejudge') {
        const outcome = ended(await store.apply(step))
        if (outcome.kind !== 'refused' || operation.kind !== 'rejudge') return outcome
      }
      return applyStorable(operation, step.position)
    },
  }

  /** Nothing else of the log may wait for rejected events that can't be stored. */
  async function applyStorable(operation: Rejudgement, end: Position): Promise<WriteOutcome> {
    const events = await keepStorable(operation, tryRejected, ({ sessionId, seq }, reason) =>
      report({ code: 'unstorable_rejection', sessionId, seq, reason }),
    )
    // Where each of them is stored by itself there is no culprit, and all of them stay rejected.
    if (events.length < operation.events.length) {
      const outcome = await applyOnly(events)
      if (outcome.kind !== 'refused') return outcome
    }
    return applyOnly([])

    async function applyOnly(left: Rejudgement['events']): Promise<WriteOutcome> {
      guard.beginOperation(end)
      return ended(await store.apply({ operation: { ...operation, events: left }, position: end }))
    }
  }

  async function tryRejected(event: EventName, alone: Rejudgement): Promise<WriteOutcome> {
    const mayTry = await guard.beginEvent(event)
    return mayTry ? ended(await store.tryOperation(alone)) : { kind: 'refused', reason: conviction }
  }

  function ended(outcome: WriteOutcome): WriteOutcome {
    guard.end(outcome.kind === 'written')
    return outcome
  }
}

const suspicion = 'An entry of this group ended the process, and is looked for'
const conviction = 'It ended the process of the database each time that it was written; its text is in a file'

/** Where sessions stand in the store, which nobody else writes: the newest are at hand. */
function createKnownRecords(store: EventStore, maxRecords: number) {
  const known = new Map<string, SessionRecord>()
  return {
    async load(ids: ReadonlySet<string>): Promise<Map<string, SessionRecord>> {
      const unknown = [...ids].filter((id) => !known.has(id))
      const records = new Map(unknown.length === 0 ? [] : await store.readSessions(unknown))
      for (const id of ids) {
        const record = known.get(id)
        if (record) records.set(id, record)
      }
      return records
    },
    keep(records: ReadonlyMap<string, SessionRecord>): void {
      for (const record of records.values()) setNewest(known, record.sessionId, record, maxRecords)
    },
    forget: (): void => known.clear(),
  }
}

function storeGroupOf(applied: readonly AppliedWrite[], items: readonly LogItem[]): StoreGroup {
  const sessions = new Map<string, SessionRecord>()
  for (const { record } of applied) sessions.set(record.sessionId, record)
  const batches = applied.flatMap(({ record: { sessionId, clockOffsetMs }, batches: own }) =>
    own.map((batch) => ({ sessionId, clockOffsetMs, ...batch, events: batch.events.decode() })),
  )
  return {
    events: batches.filter(({ events }) => events.length > 0),
    rejected: batches.flatMap(({ rejected }) => rejected),
    earlierLabels: applied.flatMap(({ record: { sessionId }, labels }) => labels.map((one) => ({ sessionId, ...one }))),
    sessions: [...sessions.values()],
    forgotten: applied.flatMap(({ record: { sessionId }, forgottenUpTo: upTo }, at) => {
      const end = items[at]?.end
      return upTo === undefined || !end ? [] : [{ sessionId, upTo, end }]
    }),
    position: items.at(-1)?.end as Position,
    logBytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}
