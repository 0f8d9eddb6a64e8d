/** Runs the store's transactions, one after the other, and keeps the position in the log up to which they have written. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Position } from '../log/read-log.ts'
import type { WriteOutcome } from '../sink/event-store.ts'
import { createTurns, type InTurn } from '../turns.ts'
import { failureOf } from './failures.ts'
import type { ReopeningConnections } from './reopening-connections.ts'
import type { StoreConnections } from './store-connections.ts'

export interface Transactions {
  /** Is one under way? */
  readonly isWriting: boolean
  /** Whoever writes knows where the database stands: one that was opened anew may stand elsewhere, or hold nothing. */
  isPositionKnown: boolean
  /** Runs one. Unavailable while the position is not known. Never rejects. */
  run(transaction: Transaction): Promise<WriteOutcome>
  /** Runs what nothing may be written beside. */
  readonly alone: InTurn
}

interface Transaction {
  readonly end: 'COMMIT' | 'ROLLBACK'
  readonly work: (open: StoreConnections) => Promise<void>
  /** At once after its end. */
  readonly onEnd?: (open: StoreConnections) => void
}

export function createTransactions(connections: Pick<ReopeningConnections, 'use'>): Transactions {
  const inTurn = createTurns()
  let isWriting = false
  const transactions: Transactions = {
    get isWriting() {
      return isWriting
    },
    isPositionKnown: true,
    run: (transaction) =>
      inTurn(async () => {
        try {
          await connections.use((open) => runOn(open, transaction))
          return { kind: 'written' }
        } catch (error) {
          return failureOf(error)
        }
      }),
    alone: inTurn,
  }
  return transactions

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

export async function readPosition(reader: DuckDBConnection): Promise<Position | undefined> {
  const [row] = (await reader.runAndReadAll('SELECT segment, log_offset FROM collector.log_position')).getRows()
  return row && { segment: String(row[0]), offset: Number(row[1]) }
}

/** Within the transaction that writes what stands before it. */
export async function movePosition({ move }: StoreConnections, { segment, offset }: Position): Promise<void> {
  move.bindVarchar(1, segment)
  move.bindBigInt(2, BigInt(offset))
  await move.run()
}
