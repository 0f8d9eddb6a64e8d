/** Copies the database, one copy at a time, each on a connection of its own; one may take the place of the database. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Position } from '../log/read-log.ts'
import { createSerialQueue } from '../serial-queue.ts'
import { rewriteDatabase } from './compaction.ts'
import { createConnectionsInUse } from './connections-in-use.ts'
import { copyDatabase } from './copy-database.ts'
import type { Database } from './open-database.ts'
import type { ReopeningConnections } from './reopening-connections.ts'
import { readPosition, type Transactions } from './transactions.ts'

export interface DatabaseCopies {
  /**
   * Rewrites the database into a new file, which takes its place. Writes wait; reads go on until the files change places,
   * are interrupted then, and wait.
   *
   * @throws {CollectorError} `no_room`; the engine's errors. The database is as it was then
   */
  compact(): Promise<void>
  /**
   * Copies the database, as one moment has it, into a file of the copy folder. Writes and reads go on.
   *
   * @throws {CollectorError} `no_room`; the engine's errors, and nothing is left behind then
   */
  copyTo(file: string): Promise<void>
  /** Ends what `compact` and `copyTo` do: they throw. */
  interruptCopies(): Promise<void>
}

export interface DatabaseCopiesOptions {
  readonly database: Database
  readonly connections: ReopeningConnections
  readonly transactions: Transactions
  /** A file has taken the place of the database that holds everything before this position. */
  readonly onReplaced: (position: Position) => void
}

export function createDatabaseCopies(options: DatabaseCopiesOptions): DatabaseCopies {
  const { database, connections, transactions, onReplaced } = options
  const inTurn = createSerialQueue()
  const copying = createConnectionsInUse()

  return {
    compact: () => inTurn(() => transactions.alone(compact)),
    copyTo: (file) =>
      inTurn(async () => {
        await onOwnConnection((connection) => copyDatabase(connection, file))
      }),
    interruptCopies: copying.interrupt,
  }

  async function compact(): Promise<void> {
    const readReached = () => connections.use(({ reader }) => readPosition(reader))
    const position = await readReached()
    const wasPositionKnown = transactions.isPositionKnown
    const file = await onOwnConnection((connection) => rewriteDatabase(connection, database.copyFolder))
    await connections.replaceBy(file)
    const reached = await readReached()
    // Where another file had to be opened than the new one, whoever writes has to ask where it stands.
    if (reached?.segment !== position?.segment || reached?.offset !== position?.offset) return
    transactions.isPositionKnown = wasPositionKnown
    if (position) onReplaced(position)
  }

  async function onOwnConnection<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    const connection = await copying.add(database.connect())
    try {
      return await work(connection)
    } finally {
      copying.delete(connection)
      database.release(connection)
    }
  }
}
