/** Follows the log into the store: reads what is synced, and writes it group by group, each with its position. */
import { messageOf } from '@downlink/protocol'
import type { AcceptedEvent, RejectedEvent, SessionBatch } from '../commit/session-batch.ts'
import type { SessionRecord } from '../commit/session-record.ts'
import { decodeWrite, type SessionWrite } from '../commit/session-write.ts'
import type { LogRecord, Position } from '../log/read-log.ts'
import { setNewest } from '../newest-entries.ts'
import { type AppliedWrite, applyWrite } from './apply-write.ts'
import type { EventStore, StoreGroup } from './event-store.ts'

export interface Sink {
  /** For how long the store has been behind the log. */
  readonly lagMs: number
  /**
   * The log is synced up to here, and may be read so far.
   *
   * @param count higher with each end, since positions have no order
   */
  tell(end: Position, count?: number): void
  /** Resolves to true once all that was told before is in the store; to false where that takes longer. */
  caughtUp(timeoutMs: number): Promise<boolean>
  /** Takes nothing more. Resolves once nothing is under way. Idempotent. */
  stop(): Promise<void>
}

export interface SinkOptions {
  readonly store: EventStore
  readonly read: (from: Position | undefined, to: Position) => AsyncIterable<LogRecord>
  readonly report: (report: SinkReport) => void
  /** The store stands at the end that was told with this count. */
  readonly onSunk?: (count: number) => void
  /** How long entries wait for others, unless somebody wants to read them: a transaction costs more than its events. @default 100 */
  readonly groupMs?: number
  /** Events in one transaction, more or less. @default 20000 */
  readonly groupEvents?: number
  /** Bytes of entries in one transaction, more or less: what is large, and what has no event, needs memory, too. @default 16777216 */
  readonly groupBytes?: number
  /** Session records kept at hand. @default 10000 */
  readonly maxRecords?: number
  /** Returns how to cancel it. */
  readonly setTimer?: (run: () => void, delayMs: number) => () => void
  /** A monotonic clock, in ms. */
  readonly now?: () => number
}

/** What somebody should hear of. */
export type SinkReport =
  /** Bytes of the log hold nothing sound; the sessions are those that can still be told. */
  | { readonly code: 'damaged_log'; readonly bytes: number; readonly sessions: readonly string[] }
  | { readonly code: 'missing_segment'; readonly id: string }
  /** Sequences that no entry holds: they count as missing. */
  | { readonly code: 'lost_events'; readonly sessionId: string; readonly events: number }
  /** They came while the store was away, with another proof than the session's: none of them is stored. */
  | { readonly code: 'foreign_events'; readonly sessionId: string; readonly events: number }
  | { readonly code: 'unstorable_event'; readonly sessionId: string; readonly seq: number; readonly reason: string }
  /** Nothing can be written now; it is tried again. */
  | { readonly code: 'store_unavailable'; readonly reason: string }

/** Between two tries, doubling. */
const retry = { firstMs: 100, mostMs: 5000 }

const defaults = { groupMs: 100, groupEvents: 20_000, groupBytes: 16_777_216, maxRecords: 10_000 }

interface LogItem {
  readonly write: SessionWrite
  readonly bytes: number
  readonly end: Position
}

interface Waiter {
  readonly told: number
  readonly finish: (caughtUp: boolean) => void
}

export function createSink(options: SinkOptions): Sink {
  const { store, read, report, onSunk, setTimer = realTimer, now = monotonicMs } = options
  const { groupMs, groupEvents, groupBytes, maxRecords } = { ...defaults, ...options }
  /** Where sessions stand in the store, as far as that is at hand. */
  const known = new Map<string, SessionRecord>()
  /** Where the store stands; `unread` where that has to be asked, at first and after a failure. */
  let position: Position | undefined | 'unread' = 'unread'
  let end: Position | undefined
  /** The count of the last end that was told, and of the last one that is in the store. */
  let told = 0
  let sunk = 0
  let behindSince = 0
  let waiters: Waiter[] = []
  let running: Promise<void> | undefined
  let isStopped = false
  /** Ends the present pause, and the one that only waits for more. */
  let endPause = (): void => {}
  let endGrouping = (): void => {}

  return {
    get lagMs() {
      return sunk < told ? now() - behindSince : 0
    },
    tell(next, count = told + 1) {
      if (sunk === told) behindSince = now()
      end = next
      told = count
      running ??= run().finally(() => {
        running = undefined
      })
    },
    caughtUp(timeoutMs) {
      if (sunk >= told) return Promise.resolve(true)
      return new Promise((resolve) => {
        const finish = (caughtUp: boolean): void => {
          waiters = waiters.filter((other) => other !== waiter)
          cancel()
          resolve(caughtUp)
        }
        const waiter = { told, finish }
        const cancel = setTimer(() => finish(false), timeoutMs)
        waiters.push(waiter)
        endGrouping()
      })
    },
    async stop() {
      isStopped = true
      endPause()
      await running
      for (const { finish } of waiters) finish(false)
    },
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!isStopped && end && sunk < told) {
      if (waiters.length === 0) {
        const grouping = pause(groupMs)
        endGrouping = endPause
        await grouping
        endGrouping = () => {}
      }
      const [target, count] = [end, told]
      try {
        await sinkUpTo(target)
        failures = 0
        sunk = count
        behindSince = now()
        onSunk?.(sunk)
        for (const waiter of waiters) if (waiter.told <= sunk) waiter.finish(true)
      } catch (error) {
        if (isStopped) return
        // Whether the last transaction took effect is the store's to tell.
        position = 'unread'
        known.clear()
        report({ code: 'store_unavailable', reason: messageOf(error) })
        await pause(Math.min(retry.mostMs, retry.firstMs * 2 ** failures++))
      }
    }
  }

  function pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (isStopped) return resolve()
      const cancel = setTimer(resolve, delayMs)
      endPause = () => {
        cancel()
        resolve()
      }
    })
  }

  /** @throws where the store is unavailable */
  async function sinkUpTo(target: Position): Promise<void> {
    if (position === 'unread') position = await store.readPosition()
    let group: LogItem[] = []
    let [events, bytes] = [0, 0]
    for await (const record of read(position, target)) {
      if (isStopped) throw new Error('The collector is closing')
      if (record.kind === 'entry') {
        const write = decodeWrite(record.entry)
        const size = record.entry.body.length
        group.push({ write, bytes: size, end: record.end })
        for (const batch of write.batches) events += batch.events.length
        bytes += size
      } else reportDamage(record)
      if (events < groupEvents && bytes < groupBytes) continue
      await writeGroup(group)
      ;[group, events, bytes] = [[], 0, 0]
    }
    if (group.length > 0) await writeGroup(group)
    position = target
  }

  function reportDamage(record: Exclude<LogRecord, { kind: 'entry' }>): void {
    if (record.kind === 'missing-segment') report({ code: 'missing_segment', id: record.id })
    else {
      const sessions = [...new Set(record.heads.map(({ session }) => session))]
      report({ code: 'damaged_log', bytes: record.bytes, sessions })
    }
  }

  /** @param isTried each of its events was accepted by itself */
  async function writeGroup(items: readonly LogItem[], isTried = false): Promise<void> {
    const records = await loadRecords(new Set(items.map(({ write }) => write.sessionId)))
    const applied = items.map(({ write }) => {
      const result = applyWrite(write, records.get(write.sessionId))
      records.set(write.sessionId, result.record)
      return result
    })
    const outcome = await store.write(storeGroupOf(applied, items))
    if (outcome.kind === 'unavailable') throw new Error(outcome.reason)
    // What is refused without a culprit would be refused again, and for ever.
    if (outcome.kind === 'refused' && isTried) throw new Error(outcome.reason)
    if (outcome.kind === 'refused') return isolate(items)
    for (const { record, lost, foreign } of applied) {
      if (lost > 0) report({ code: 'lost_events', sessionId: record.sessionId, events: lost })
      if (foreign > 0) report({ code: 'foreign_events', sessionId: record.sessionId, events: foreign })
    }
    for (const record of records.values()) setNewest(known, record.sessionId, record, maxRecords)
    position = items.at(-1)?.end
  }

  /** Where sessions stand in the store, which nobody else writes. */
  async function loadRecords(ids: ReadonlySet<string>): Promise<Map<string, SessionRecord>> {
    const records = new Map<string, SessionRecord>()
    const unknown = [...ids].filter((id) => {
      const record = known.get(id)
      if (record) records.set(id, record)
      return !record
    })
    if (unknown.length === 0) return records
    return new Map([...records, ...(await store.readSessions(unknown))])
  }

  /** Something in a group can't be stored: halves of it are tried until the culprit stands alone. */
  async function isolate(items: readonly LogItem[]): Promise<void> {
    const [first, ...others] = items
    if (first && others.length === 0) return writeWithoutCulprits(first)
    const middle = Math.ceil(items.length / 2)
    await writeGroup(items.slice(0, middle))
    await writeGroup(items.slice(middle))
  }

  async function writeWithoutCulprits({ write, ...item }: LogItem): Promise<void> {
    const batches: SessionBatch[] = []
    for (const batch of write.batches) {
      const events: AcceptedEvent[] = []
      const rejected: RejectedEvent[] = [...batch.rejected]
      for (const accepted of batch.events) {
        const run = { sessionId: write.sessionId, receivedAt: batch.receivedAt, events: [accepted] }
        const trial = await store.tryEvent(run)
        if (trial.kind === 'unavailable') throw new Error(trial.reason)
        if (trial.kind === 'written') events.push(accepted)
        else {
          rejected.push(unstorable(run, accepted, trial.reason))
          report({ code: 'unstorable_event', sessionId: write.sessionId, seq: accepted.seq, reason: trial.reason })
        }
      }
      batches.push({ ...batch, events, rejected })
    }
    await writeGroup([{ ...item, write: { ...write, batches } }], true)
  }
}

function storeGroupOf(applied: readonly AppliedWrite[], items: readonly LogItem[]): StoreGroup {
  const sessions = new Map<string, SessionRecord>()
  for (const { record } of applied) sessions.set(record.sessionId, record)
  const batches = applied.flatMap(({ record: { sessionId, clockOffsetMs }, batches: own }) =>
    own.map((batch) => ({ sessionId, clockOffsetMs, ...batch })),
  )
  return {
    events: batches.filter(({ events }) => events.length > 0),
    rejected: batches.flatMap(({ rejected }) => rejected),
    sessions: [...sessions.values()],
    position: items.at(-1)?.end as Position,
    logBytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

const unstorable = (
  { sessionId, receivedAt }: { readonly sessionId: string; readonly receivedAt: number },
  { seq, event, envelope }: AcceptedEvent,
  message: string,
): RejectedEvent => {
  const { type, timestamp, version, json } = event
  const head = JSON.stringify({ type, timestamp, version }).slice(0, -1)
  const raw = `${head},"data":${json}${envelope === undefined ? '}' : `,${envelope.slice(1)}`}`
  return { sessionId, seq, code: 'unstorable', message, raw, receivedAt }
}

function realTimer(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}

const monotonicMs = (): number => performance.now()
