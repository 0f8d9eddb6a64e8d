/** Stores sessions and events in DuckDB, on one connection, one transaction a group. */
import type { OperationResult } from '../commit/operation.ts'
import type { Position } from '../log/read-log.ts'
import type { EventStore, OperationStep, StoreGroup, WriteOutcome } from '../sink/event-store.ts'
import { type DatabaseSpace, readSpace } from './copy-database.ts'
import { createDatabaseCopies, type DatabaseCopies } from './database-copies.ts'
import { bytesOfRows, eventRows, rejectedRows } from './event-rows.ts'
import { summariseEvents } from './event-summary.ts'
import { isOutOfMemory } from './failures.ts'
import type { Database } from './open-database.ts'
import { applyOperation, readOperation } from './operations.ts'
import { openReopeningConnections } from './reopening-connections.ts'
import { recordOf, selectSessions, writeRecords } from './session-rows.ts'
import type { StoreConnections } from './store-connections.ts'
import { createTransactions, movePosition, readPosition, type Transactions } from './transactions.ts'

export interface DuckDBStore extends EventStore, DatabaseCopies {
  /** False from a failure to the next success. */
  readonly available: boolean
  /** What an operation came to; undefined for one that was not applied. Rejects where the store can't be read. */
  readOperation(id: string): Promise<OperationResult | undefined>
  /** Bytes of the file that are used, after a checkpoint that begins from now on. Rejects where there is none. */
  checkpoint(): Promise<number>
  readSpace(): Promise<DatabaseSpace>
  /** Takes and gives nothing more. Resolves once its connections are released. */
  close(): Promise<void>
}

export const defaultCheckpointBytes = 67_108_864

export interface DuckDBStoreOptions {
  /** A checkpoint is due once the write-ahead log, or the log that it comes from, has grown by so many bytes. @default 67108864 */
  readonly checkpointBytes?: number
  readonly onCheckpointFailure: (reason: string) => void
  /** A commit lacks memory: readers have to give way, for it is tried once more. */
  readonly onOutOfMemory?: () => void
  /** The database is opened anew: readers have to give way. */
  readonly onReopen?: () => void
  /** A checkpoint has finished that holds everything before this position. */
  readonly onCheckpoint: (position: Position) => void
}

export async function createDuckDBStore(database: Database, options: DuckDBStoreOptions): Promise<DuckDBStore> {
  const { checkpointBytes: everyBytes = defaultCheckpointBytes } = options
  const connections = await openReopeningConnections({
    database,
    checkpoints: { ...options, everyBytes, isWriting: () => transactions.isWriting },
    onReopen() {
      transactions.isPositionKnown = false
      options.onReopen?.()
    },
  })
  const transactions = createTransactions(connections)
  const copies = createDatabaseCopies({ database, connections, transactions, onReplaced: options.onCheckpoint })

  return {
    get available() {
      return connections.available
    },

    readPosition: () =>
      connections.use(async ({ reader }) => {
        const position = await readPosition(reader)
        transactions.isPositionKnown = true
        return position
      }),

    readSessions: (sessionIds) =>
      connections.use(async ({ reader }) => {
        const rows = (await reader.runAndReadAll(selectSessions, [JSON.stringify(sessionIds)])).getRows()
        return new Map(rows.map(([json]) => recordOf(String(json))).map((record) => [record.sessionId, record]))
      }),

    readOperation: (id) => connections.use(({ reader }) => readOperation(reader, id)),

    checkpoint: () =>
      connections.use(async ({ reader, checkpoints }) => {
        await checkpoints.demand(await readPosition(reader))
        return (await readSpace(reader)).usedBytes
      }),

    write: (group) => withRoom(() => commitGroup(transactions, group)),

    apply: (step) => withRoom(() => commitOperation(transactions, step)),

    tryEvent: (run) =>
      transactions.run({ end: 'ROLLBACK', work: async ({ events }) => events.append(eventRows([run])) }),

    readSpace: () => connections.use(({ reader }) => readSpace(reader)),

    ...copies,

    close: () => connections.close(),
  }

  /** Tries once more where readers take the memory that it needs. */
  async function withRoom(attempt: () => Promise<WriteOutcome>): Promise<WriteOutcome> {
    const outcome = await attempt()
    if (outcome.kind !== 'unavailable' || !isOutOfMemory(outcome.reason)) return outcome
    options.onOutOfMemory?.()
    return attempt()
  }
}

const commitGroup = (transactions: Transactions, group: StoreGroup): Promise<WriteOutcome> =>
  transactions.run({
    end: 'COMMIT',
    work: (open) => writeGroup(open, group),
    onEnd: ({ checkpoints }) => checkpoints.grown(bytesOf(group), group.position),
  })

function commitOperation(transactions: Transactions, { operation, position }: OperationStep): Promise<WriteOutcome> {
  let bytes = 0
  return transactions.run({
    end: 'COMMIT',
    async work(open) {
      bytes = await applyOperation(open, operation)
      await movePosition(open, position)
    },
    onEnd: ({ checkpoints }) => checkpoints.grown(bytes, position),
  })
}

async function writeGroup(open: StoreConnections, group: StoreGroup): Promise<void> {
  const { events, rejected } = open
  events.append(eventRows(group.events))
  rejected.append(rejectedRows(group.rejected))
  const summaries = summariseEvents(group.events)
  await writeRecords(open, group.sessions, summaries)
  await movePosition(open, group.position)
}

/** By how much the write-ahead log has grown, or the log that it comes from. */
const bytesOf = ({ events, logBytes }: StoreGroup): number => Math.max(bytesOfRows(events), logBytes)
