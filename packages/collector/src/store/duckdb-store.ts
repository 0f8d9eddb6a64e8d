/** Puts the store of sessions and events in DuckDB together: connections, transactions and copies, and what is read beside them. */
import type { OperationResult } from '../commit/operation.ts'
import type { Position } from '../log/read-log.ts'
import type { EventStore } from '../sink/event-store.ts'
import { type DatabaseSpace, readSpace } from './copy-database.ts'
import { createDatabaseCopies, type DatabaseCopies } from './database-copies.ts'
import { type DiskUsage, readDiskUsage } from './disk-usage.ts'
import type { Database } from './open-database.ts'
import { readOperation } from './operations.ts'
import { openReopeningConnections } from './reopening-connections.ts'
import { recordOf, selectSessions } from './session-rows.ts'
import { createTransactions, readPosition } from './transactions.ts'

export interface DuckDBStore extends EventStore, DatabaseCopies {
  /** False from a failure to the next success. */
  readonly available: boolean
  /** What an operation came to; undefined for one that was not applied. Rejects where the store can't be read. */
  readOperation(id: string): Promise<OperationResult | undefined>
  /** What takes how much of the file, after a checkpoint that begins from now on. Rejects where there is none. */
  checkpoint(): Promise<DiskUsage>
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
  /** The file holds everything before this position: a checkpoint has finished, or it was opened anew. */
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
  const transactions = createTransactions(connections, options.onOutOfMemory)
  const copies = createDatabaseCopies({ database, connections, transactions, onReplaced: options.onCheckpoint })

  return {
    get available() {
      return connections.available
    },

    readPosition: () =>
      connections.use(async ({ reader }) => {
        const position = await readPosition(reader)
        // Opened anew it may be an older one, which needs more of the log.
        if (!transactions.isPositionKnown && position) options.onCheckpoint(position)
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
        return readDiskUsage(reader)
      }),

    write: transactions.write,
    apply: transactions.apply,
    tryEvent: transactions.tryEvent,
    tryOperation: transactions.tryOperation,

    readSpace: () => connections.use(({ reader }) => readSpace(reader)),

    ...copies,

    close: () => connections.close(),
  }
}
