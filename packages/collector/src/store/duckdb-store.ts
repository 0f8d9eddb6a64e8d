/** Stores sessions and events in DuckDB, on one connection, one transaction a group. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { OperationResult } from '../commit/operation.ts'
import type { Position } from '../log/read-log.ts'
import type { EventStore, OperationStep, StoreGroup, WriteOutcome } from '../sink/event-store.ts'
import { rewriteDatabase } from './compaction.ts'
import { copyDatabase, type DatabaseSpace, readSpace } from './copy-database.ts'
import { eventRows, rejectedRows } from './event-rows.ts'
import { summariseEvents } from './event-summary.ts'
import { failureOf, isOutOfMemory } from './failures.ts'
import type { Database } from './open-database.ts'
import { applyOperation, readOperation } from './operations.ts'
import { openReopeningConnections } from './reopening-connections.ts'
import { recordOf, rowOf, selectSessions } from './session-rows.ts'
import type { StoreConnections } from './store-connections.ts'

export interface DuckDBStore extends EventStore {
  /** False from a failure to the next success. */
  readonly available: boolean
  /** What an operation came to; undefined for one that was not applied. Rejects where the store can't be read. */
  readOperation(id: string): Promise<OperationResult | undefined>
  /** Bytes of the file that are used, after a checkpoint that begins from now on. Rejects where there is none. */
  checkpoint(): Promise<number>
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
  readSpace(): Promise<DatabaseSpace>
  /** Ends what `compact` and `copyTo` do: they throw. */
  interruptCopies(): Promise<void>
  /** Takes and gives nothing more. Resolves once its connections are released. */
  close(): Promise<void>
}

/** About how much the write-ahead log grows by an event, beside its data. */
const bytesPerEvent = 100
/** The same by a row that is deleted. */
const bytesPerRemoval = 8

export const defaultCheckpointBytes = 67_108_864

const interruptEveryMs = 20

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
  let isWriting = false
  /** Whoever writes knows where the database stands: one that was opened anew may stand elsewhere, or hold nothing. */
  let isPositionKnown = true
  /** Transactions, and what nothing may be written beside. */
  const inTurn = createTurns()
  const copyInTurn = createTurns()
  const copying = new Set<DuckDBConnection>()
  const { checkpointBytes: everyBytes = defaultCheckpointBytes } = options
  const connections = await openReopeningConnections({
    database,
    checkpoints: { ...options, everyBytes, isWriting: () => isWriting },
    onReopen() {
      isPositionKnown = false
      options.onReopen?.()
    },
  })

  return {
    get available() {
      return connections.available
    },

    readPosition: () =>
      connections.use(async ({ reader }) => {
        const position = await readPosition(reader)
        isPositionKnown = true
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

    write: (group) => withRoom(() => commit(group)),

    apply: (step) => withRoom(() => commitOperation(step)),

    tryEvent: (run) => transaction('ROLLBACK', async ({ events }) => events.append(eventRows([run]))),

    compact: () => copyInTurn(() => inTurn(compact)),

    copyTo: (file) =>
      copyInTurn(async () => {
        await onOwnConnection((connection) => copyDatabase(connection, file))
      }),

    readSpace: () => connections.use(({ reader }) => readSpace(reader)),

    async interruptCopies() {
      // An interrupt between two statements is lost.
      for (; copying.size > 0; await sleep(interruptEveryMs)) {
        for (const connection of copying) connection.interrupt()
      }
    },

    close: () => connections.close(),
  }

  /** Tries once more where readers take the memory that it needs. */
  async function withRoom(attempt: () => Promise<WriteOutcome>): Promise<WriteOutcome> {
    const outcome = await attempt()
    if (outcome.kind !== 'unavailable' || !isOutOfMemory(outcome.reason)) return outcome
    options.onOutOfMemory?.()
    return attempt()
  }

  async function compact(): Promise<void> {
    const readReached = () => connections.use(({ reader }) => readPosition(reader))
    const position = await readReached()
    const wasPositionKnown = isPositionKnown
    const file = await onOwnConnection((connection) => rewriteDatabase(connection, database.copyFolder))
    await connections.replaceBy(file)
    const reached = await readReached()
    // Where another file had to be opened than the new one, whoever writes has to ask where it stands.
    if (reached?.segment !== position?.segment || reached?.offset !== position?.offset) return
    isPositionKnown = wasPositionKnown
    if (position) options.onCheckpoint(position)
  }

  async function onOwnConnection<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    const connection = await database.connect()
    copying.add(connection)
    try {
      return await work(connection)
    } finally {
      copying.delete(connection)
      database.release(connection)
    }
  }

  function commit(group: StoreGroup): Promise<WriteOutcome> {
    const onCommitted = ({ checkpoints }: StoreConnections) => checkpoints.grown(bytesOf(group), group.position)
    return transaction('COMMIT', (open) => writeGroup(open, group), onCommitted)
  }

  function commitOperation({ operation, position }: OperationStep): Promise<WriteOutcome> {
    let rows = 0
    const work = async (open: StoreConnections) => {
      rows = await applyOperation(open.writer, operation)
      await movePosition(open, position)
    }
    return transaction('COMMIT', work, ({ checkpoints }) => checkpoints.grown(rows * bytesPerRemoval, position))
  }

  function transaction(
    end: 'COMMIT' | 'ROLLBACK',
    work: (open: StoreConnections) => Promise<void>,
    onEnd: (open: StoreConnections) => void = () => {},
  ): Promise<WriteOutcome> {
    return inTurn(() => runTransaction(end, work, onEnd))
  }

  async function runTransaction(
    ...[end, work, onEnd]: Required<Parameters<typeof transaction>>
  ): Promise<WriteOutcome> {
    try {
      await connections.use(async (open) => {
        const { writer } = open
        if (!isPositionKnown) throw new Error('The database was opened anew, and its position has not been read since')
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
        onEnd(open)
      })
      return { kind: 'written' }
    } catch (error) {
      return failureOf(error)
    }
  }
}

async function readPosition(reader: DuckDBConnection): Promise<Position | undefined> {
  const [row] = (await reader.runAndReadAll('SELECT segment, log_offset FROM collector.log_position')).getRows()
  return row && { segment: String(row[0]), offset: Number(row[1]) }
}

/** One after the other. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve()
  return <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work)
    last = result.catch(() => {})
    return result
  }
}

async function writeGroup(open: StoreConnections, group: StoreGroup): Promise<void> {
  const { events, rejected, upsert } = open
  events.append(eventRows(group.events))
  rejected.append(rejectedRows(group.rejected))
  const summaries = summariseEvents(group.events)
  const rows = group.sessions.map((record) => rowOf(record, summaries.get(record.sessionId)))
  upsert.bindVarchar(1, JSON.stringify(rows))
  await upsert.run()
  await movePosition(open, group.position)
}

async function movePosition({ move }: StoreConnections, { segment, offset }: Position): Promise<void> {
  move.bindVarchar(1, segment)
  move.bindBigInt(2, BigInt(offset))
  await move.run()
}

/** By how much the write-ahead log has grown, or the log that it comes from. */
function bytesOf({ events, logBytes }: StoreGroup): number {
  let bytes = 0
  for (const run of events) {
    for (const { event } of run.events) bytes += bytesPerEvent + event.json.length
  }
  return Math.max(bytes, logBytes)
}
