/** Follows the log into the store: reads what is synced, and writes it group by group, each with its position. */
import { messageOf } from '@downlink/protocol'
import { type SetTimer, systemClock, systemTimer } from '../clock.ts'
import { decodeOperation } from '../commit/operation.ts'
import { decodeWrite } from '../commit/session-write.ts'
import { isSessionEntry } from '../log/entry.ts'
import type { LogRecord, Position } from '../log/read-log.ts'
import { createWaiters } from '../waiters.ts'
import type { EventStore, OperationStep } from './event-store.ts'
import { createGroupWriter, type LogItem } from './group-writer.ts'
import type { PoisonGuardOptions } from './poison-guard.ts'
import { damageReport, type SinkReport } from './sink-reports.ts'

export interface Sink {
  /** For how long the store has been behind the log. */
  readonly lagMs: number
  /**
   * The log is synced up to here, and may be read so far.
   *
   * @param count higher with each end, since positions have no order
   */
  follow(end: Position, count?: number): void
  /** Resolves to true once all that was synced before is in the store; to false where that takes longer. */
  caughtUp(timeoutMs: number): Promise<boolean>
  /** Takes nothing more. Resolves once nothing is under way. Idempotent. */
  stop(): Promise<void>
}

export interface SinkOptions {
  readonly store: EventStore
  readonly read: (from: Position | undefined, to: Position) => AsyncIterable<LogRecord>
  readonly report: (report: SinkReport) => void
  /** All up to the end with this count is in the store. */
  readonly onApplied?: (count: number) => void
  /** Of what the processes before died. @default of nothing */
  readonly poison?: PoisonGuardOptions
  /** How long entries wait for others, unless somebody wants to read them: a transaction costs more than its events. @default 100 */
  readonly groupMs?: number
  /** Events in one transaction, more or less. @default 20000 */
  readonly groupEvents?: number
  /** Bytes of entries, and of the contexts of their events, in one transaction, more or less: what is large, and what has no event, needs memory, too. @default 16777216 */
  readonly groupBytes?: number
  /** Session records kept at hand. @default 10000 */
  readonly maxRecords?: number
  readonly setTimer?: SetTimer
  /** A monotonic clock, in ms. */
  readonly now?: () => number
}

/** Between two tries, doubling. */
const retry = { firstMs: 100, maxMs: 5000 }

const defaults = { groupMs: 100, groupEvents: 20_000, groupBytes: 16_777_216, maxRecords: 10_000 }

export function createSink(options: SinkOptions): Sink {
  const { read, report, onApplied, setTimer = systemTimer, now = systemClock.monotonicMs } = options
  const { groupMs, maxRecords } = { ...defaults, ...options }
  const writer = createGroupWriter({ ...options, maxRecords })
  const waiters = createWaiters(setTimer)
  let end: Position | undefined
  /** The count of the last end that the log is synced up to, and of the last one up to which it is applied. */
  let synced = 0
  let applied = 0
  let behindSinceMs = 0
  let isRunning = false
  let running: Promise<void> | undefined
  let isStopped = false
  /** For more to come, unless somebody wants to read what is there. */
  const grouping = createPause(setTimer)
  const retrying = createPause(setTimer)

  return {
    get lagMs() {
      return applied < synced ? now() - behindSinceMs : 0
    },
    follow(next, count = synced + 1) {
      if (applied === synced) behindSinceMs = now()
      end = next
      synced = count
      if (!isRunning) running = run()
    },
    caughtUp(timeoutMs) {
      const wanted = synced
      const reached = waiters.until(() => applied >= wanted, timeoutMs)
      grouping.end()
      return reached
    },
    async stop() {
      isStopped = true
      grouping.end()
      retrying.end()
      await running
      waiters.end()
    },
  }

  async function run(): Promise<void> {
    let failures = 0
    isRunning = true
    while (!isStopped && end && applied < synced) {
      if (waiters.count === 0) await grouping.last(groupMs)
      const [target, count] = [end, synced]
      try {
        await applyUpTo(target)
        failures = 0
        applied = count
        behindSinceMs = now()
        onApplied?.(applied)
        waiters.changed()
      } catch (error) {
        if (isStopped) break
        writer.forget()
        report({ code: 'store_unavailable', reason: messageOf(error) })
        await retrying.last(Math.min(retry.maxMs, retry.firstMs * 2 ** failures++))
      }
    }
    isRunning = false
  }

  /** @throws where the store is unavailable */
  async function applyUpTo(target: Position): Promise<void> {
    const records = read(await writer.readPosition(), target)
    for await (const step of stepsOf(records, { ...defaults, ...options })) {
      if (isStopped) throw new Error('The collector is closing')
      if ('operation' in step) await writer.apply(step)
      else await writer.write(step)
    }
    writer.moveTo(target)
  }
}

/** A pause that can be ended before its time. */
function createPause(setTimer: SetTimer) {
  let end = (): void => {}
  return {
    last: (delayMs: number): Promise<void> =>
      new Promise((resolve) => {
        const cancel = setTimer(resolve, delayMs)
        end = () => {
          cancel()
          resolve()
        }
      }),
    end: (): void => end(),
  }
}

type GroupBounds = Pick<SinkOptions, 'report'> & Required<Pick<SinkOptions, 'groupEvents' | 'groupBytes'>>

/** Gathers the entries of the log into groups, which end where an operation stands, and reports what is none. */
async function* stepsOf(
  records: AsyncIterable<LogRecord>,
  { groupEvents, groupBytes, report }: GroupBounds,
): AsyncGenerator<readonly LogItem[] | OperationStep> {
  let group: LogItem[] = []
  let [events, bytes] = [0, 0]
  for await (const record of records) {
    const operation = record.kind === 'entry' && !isSessionEntry(record.entry) && decodeOperation(record.entry)
    if (record.kind !== 'entry') report(damageReport(record))
    else if (isSessionEntry(record.entry)) {
      const write = decodeWrite(record.entry)
      const size = record.entry.body.length
      group.push({ write, bytes: size, end: record.end })
      bytes += size
      for (const batch of write.batches) {
        events += batch.events.length
        // An entry says a context once, and each of its rows has it.
        bytes += batch.events.contextLength
      }
    }
    if (!operation && events < groupEvents && bytes < groupBytes) continue
    if (group.length > 0) yield group
    ;[group, events, bytes] = [[], 0, 0]
    if (operation) yield { operation, position: record.end }
  }
  if (group.length > 0) yield group
}
