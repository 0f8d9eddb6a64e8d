/** Runs the store's transactions, one after the other: a group, an operation, an event that is only tried; each goes on from a place in the log that is known. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Position } from '../log/read-log.ts'
import { createSerialQueue, type SerialQueue } from '../serial-queue.ts'
import type { EventStore, StoreGroup, WriteOutcome } from '../sink/event-store.ts'
import { bytesOfRows, eventRows, labelRows, rejectedRows } from './event-rows.ts'
import { summariseEvents } from './event-summary.ts'
import { failureOf, isOutOfMemory } from './failures.ts'
import { applyOperation } from './operations.ts'
import type { ReopeningConnections } from './reopening-connections.ts'
import { writeRecords } from './session-rows.ts'
import type { StoreConnections } from './store-connections.ts'

/** All of them are unavailable while the position is not known. */
export interface Transactions extends Pick<EventStore, 'write' | 'apply' | 'tryEvent' | 'tryOperation'> {
  /** Is one under way? */
  readonly isWriting: boolean
  /** Whoever writes knows where the database stands: one that was opened anew may stand elsewhere, or hold nothing. */
  isPositionKnown: boolean
  /** Runs what nothing may be written beside. */
  readonly alone: SerialQueue
}

interface Transaction {
  readonly end: 'COMMIT' | 'ROLLBACK'
  readonly work: (open: StoreConnections) => Promise<void>
  /** At once after its end. */
  readonly onEnd?: (open: StoreConnections) => void
}

/** @param onOutOfMemory readers have to give way, for it is tried once more */
export function createTransactions(
  connections: Pick<ReopeningConnections, 'use'>,
  onOutOfMemory?: () => void,
): Transactions {
  const inTurn = createSerialQueue()
  let isWriting = false
  const transactions: Transactions = {
    get isWriting() {
      return isWriting
    },
    isPositionKnown: true,
    alone: inTurn,
    write: (group) =>
      runWithRoom({
        end: 'COMMIT',
        work: (open) => writeGroup(open, group),
        onEnd: ({ checkpoints }) => checkpoints.grown(grownBy(group), group.position),
      }),
    apply({ operation, position }) {
      let bytes = 0
      return runWithRoom({
        end: 'COMMIT',
        async work(open) {
          bytes = await applyOperation(open, operation)
          await movePosition(open, position)
        },
        onEnd: ({ checkpoints }) => checkpoints.grown(bytes, position),
      })
    },
    tryEvent: (event) => run({ end: 'ROLLBACK', work: async ({ events }) => events.append(eventRows([event])) }),
    tryOperation: (operation) =>
      run({ end: 'ROLLBACK', work: async (open) => void (await applyOperation(open, operation)) }),
  }
  return transactions

  /** Tries once more where readers take the memory that it needs. */
  async function runWithRoom(transaction: Transaction): Promise<WriteOutcome> {
    const outcome = await run(transaction)
    if (outcome.kind !== 'unavailable' || !isOutOfMemory(outcome.reason)) return outcome
    onOutOfMemory?.()
    return run(transaction)
  }

  function run(transaction: Transaction): Promise<WriteOutcome> {
    return inTurn(async () => {
      try {
        await connections.use((open) => runOn(open, transaction))
        return { kind: 'written' }
      } catch (error) {
        return failureOf(error)
      }
    })
  }

  async function runOn(open: StoreConnections, { end, work, onEnd }: Transaction): Promise<void> {
    if (!transactions.isPositionKnown) {
      throw new Error('The database was opened anew, and its position has not been read since')
    }
    const { writer } = open
    isWriting = true
    try {
      await writer.run('BEGIN')
      await work(open)
      await writer.run(end)
    } catch (error) {
      // Where the failure has ended the transaction already there is nothing left to roll back.
      await writer.run('ROLLBACK').catch(() => {})
      throw error
    } finally {
      isWriting = false
    }
    onEnd?.(open)
  }
}

async function writeGroup(open: StoreConnections, group: StoreGroup): Promise<void> {
  const { events, rejected, labels } = open
  events.append(eventRows(group.events))
  rejected.append(rejectedRows(group.rejected))
  labels.append(labelRows(group.earlierLabels))
  await writeRecords(open, group.sessions, summariseEvents(group.events))
  await movePosition(open, group.position)
}

/** The write-ahead log, or the log that it comes from. */
const grownBy = ({ events, logBytes }: StoreGroup): number => Math.max(bytesOfRows(events), logBytes)

export async function readPosition(reader: DuckDBConnection): Promise<Position | undefined> {
  const [row] = (await reader.runAndReadAll('SELECT segment, log_offset FROM collector.log_position')).getRows()
  return row && { segment: String(row[0]), offset: Number(row[1]) }
}

/** Within the transaction that writes what stands before it. */
async function movePosition({ move }: StoreConnections, { segment, offset }: Position): Promise<void> {
  move.bindVarchar(1, segment)
  move.bindBigInt(2, BigInt(offset))
  await move.run()
}
