/** Stores sessions and events in DuckDB, on one connection, one transaction a group. */
import { CollectorError } from '../errors.ts'
import type { Position } from '../log/read-log.ts'
import type { EventStore, StoreGroup, WriteOutcome } from '../sink/event-store.ts'
import { eventRows, rejectedRows } from './event-rows.ts'
import { damageOf, failureOf, isFatal, isOutOfMemory } from './failures.ts'
import type { Database } from './open-database.ts'
import { recordOf, rowOf, selectSessions } from './session-rows.ts'
import { openConnections, type StoreConnections } from './store-connections.ts'

export interface DuckDBStore extends EventStore {
  /** False from a failure to the next success. */
  readonly available: boolean
  /** Takes and gives nothing more. Resolves once its connections are released. */
  close(): Promise<void>
}

/** About how much the write-ahead log grows by an event, beside its data. */
const bytesPerEvent = 100

export const defaultCheckpointBytes = 67_108_864

export interface DuckDBStoreOptions {
  /** A checkpoint is due once the write-ahead log, or the log that it comes from, has grown by so many bytes. @default 67108864 */
  readonly checkpointBytes?: number
  readonly onCheckpointFailure: (reason: string) => void
  /** A commit lacks memory: readers have to give way, for it is tried once more. */
  readonly onOutOfMemory?: () => void
  /** A checkpoint has finished that holds everything before this position. */
  readonly onCheckpoint: (position: Position) => void
}

export async function createDuckDBStore(database: Database, options: DuckDBStoreOptions): Promise<DuckDBStore> {
  let isWriting = false
  const checkpoints = {
    ...options,
    everyBytes: options.checkpointBytes ?? defaultCheckpointBytes,
    isWriting: () => isWriting,
  }
  let opening: Promise<StoreConnections> | undefined = openConnections(database, checkpoints)
  let available = true
  let closed = false
  /** Whoever writes knows where the database stands: one that was opened anew may stand elsewhere, or hold nothing. */
  let isPositionKnown = true
  /** What the engine said of the file before it was given up. */
  let damage: string | undefined
  await opening

  return {
    get available() {
      return available
    },

    readPosition: () =>
      using(async ({ reader }) => {
        const [row] = (await reader.runAndReadAll('SELECT segment, log_offset FROM collector.log_position')).getRows()
        isPositionKnown = true
        return row && { segment: String(row[0]), offset: Number(row[1]) }
      }),

    readSessions: (sessionIds) =>
      using(async ({ reader }) => {
        const rows = (await reader.runAndReadAll(selectSessions, [JSON.stringify(sessionIds)])).getRows()
        return new Map(rows.map(([json]) => recordOf(String(json))).map((record) => [record.sessionId, record]))
      }),

    async write(group) {
      const outcome = await writeGroup(group)
      if (outcome.kind !== 'unavailable' || !isOutOfMemory(outcome.reason)) return outcome
      options.onOutOfMemory?.()
      return writeGroup(group)
    },

    tryEvent: (run) => transaction('ROLLBACK', undefined, async ({ events }) => events.append(eventRows([run]))),

    async close() {
      closed = true
      const connections = await opening?.catch(() => undefined)
      await connections?.close()
    },
  }

  function writeGroup(group: StoreGroup): Promise<WriteOutcome> {
    return transaction('COMMIT', group, async ({ events, rejected, upsert, move }) => {
      events.append(eventRows(group.events))
      rejected.append(rejectedRows(group.rejected))
      upsert.bindVarchar(1, JSON.stringify(group.sessions.map(rowOf)))
      await upsert.run()
      move.bindVarchar(1, group.position.segment)
      move.bindBigInt(2, BigInt(group.position.offset))
      await move.run()
    })
  }

  async function transaction(
    end: 'COMMIT' | 'ROLLBACK',
    group: StoreGroup | undefined,
    work: (connections: StoreConnections) => Promise<void>,
  ): Promise<WriteOutcome> {
    try {
      await using(async (connections) => {
        const { writer, checkpoints } = connections
        if (!isPositionKnown) throw new Error('The database was opened anew, and its position has not been read since')
        isWriting = true
        try {
          await writer.run('BEGIN')
          await work(connections)
          await writer.run(end)
        } catch (error) {
          // Where the failure has ended the transaction already there is nothing left to roll back.
          await writer.run('ROLLBACK').catch(() => {})
          throw error
        } finally {
          isWriting = false
        }
        if (group) checkpoints.grown(Math.max(bytesOf(group), group.logBytes), group.position)
      })
      return { kind: 'written' }
    } catch (error) {
      return failureOf(error)
    }
  }

  /** After a fatal error the database is opened anew, and every use tries that again until it works. */
  async function using<Result>(work: (connections: StoreConnections) => Promise<Result>): Promise<Result> {
    if (closed) throw new CollectorError('store_unavailable', 'The store is closed')
    opening ??= reopen()
    const current = opening
    let connections: StoreConnections | undefined
    try {
      connections = await current
      const result = await connections.use(work)
      available = true
      return result
    } catch (error) {
      available = failureOf(error).kind === 'refused'
      if (opening === current && (!connections || isFatal(error))) {
        opening = undefined
        damage = damageOf(error)
        void connections?.close()
      }
      throw error
    }
  }

  async function reopen(): Promise<StoreConnections> {
    isPositionKnown = false
    await database.reopen(damage)
    return openConnections(database, checkpoints)
  }
}

function bytesOf({ events }: StoreGroup): number {
  let bytes = 0
  for (const run of events) {
    for (const { event } of run.events) bytes += bytesPerEvent + event.json.length
  }
  return bytes
}
