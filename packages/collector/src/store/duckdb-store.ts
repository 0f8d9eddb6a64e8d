/** Sessions and events in DuckDB, written on one connection, one transaction a group. */
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'
import type { SessionStore, WriteGroup, WriteOutcome } from '../commit/session-store.ts'
import { type Checkpoints, createCheckpoints } from './checkpoints.ts'
import { eventRows, eventTypes, rejectedRows, rejectedTypes } from './event-rows.ts'
import { failureOf, isFatal } from './failures.ts'
import type { Database } from './open-database.ts'
import { recordOf, rowOf, selectSessions, upsertSessions } from './session-rows.ts'
import { createTableAppender, type TableAppender } from './table-appender.ts'

export interface DuckDBStore extends SessionStore {
  /** False from a failure to the next success. */
  readonly available: boolean
  /** Resolves once nothing of its own is under way; the database may then be closed. */
  settled(): Promise<void>
}

interface Attached {
  readonly writer: DuckDBConnection
  readonly events: TableAppender
  readonly rejected: TableAppender
  readonly upsert: DuckDBPreparedStatement
  readonly reader: DuckDBConnection
  readonly checkpoints: Checkpoints
}

/** About how much the write-ahead log grows by an event, beside its data. */
const bytesPerEvent = 100
const checkpointBytes = 64 * 1024 * 1024

export async function createDuckDBStore(
  database: Database,
  onCheckpointFailure: (reason: string) => void,
): Promise<DuckDBStore> {
  let attached: Promise<Attached> | undefined = attach()
  let available = true
  await attached

  return {
    get available() {
      return available
    },

    readSessions: (sessionIds) =>
      using(async ({ reader }) => {
        const rows = (await reader.runAndReadAll(selectSessions, [JSON.stringify(sessionIds)])).getRows()
        return new Map(rows.map(([json]) => recordOf(String(json))).map((record) => [record.sessionId, record]))
      }),

    async write(group) {
      const outcome = await transaction('COMMIT', async ({ events, rejected, upsert }) => {
        events.append(eventRows(group.events))
        rejected.append(rejectedRows(group.rejected))
        upsert.bindVarchar(1, JSON.stringify(group.sessions.map(rowOf)))
        await upsert.run()
      })
      const bytes = bytesOf(group)
      if (outcome.kind === 'written') void attached?.then(({ checkpoints }) => checkpoints.grown(bytes))
      return outcome
    },

    tryEvent: (run) => transaction('ROLLBACK', async ({ events }) => events.append(eventRows([run]))),

    async settled() {
      await (await attached)?.checkpoints.settled()
    },
  }

  async function attach(): Promise<Attached> {
    const writer = await database.connect()
    const events = await createTableAppender(writer, 'events', eventTypes)
    const rejected = await createTableAppender(writer, 'rejected_events', rejectedTypes)
    const upsert = await writer.prepare(upsertSessions)
    // A connection holds one transaction, so what goes on beside the writer's needs others.
    const reader = await database.connect()
    const checkpoints = createCheckpoints({
      connection: await database.connect(),
      folder: database.folder,
      everyBytes: checkpointBytes,
      onFailure: onCheckpointFailure,
    })
    return { writer, events, rejected, upsert, reader, checkpoints }
  }

  async function transaction(
    end: 'COMMIT' | 'ROLLBACK',
    work: (attached: Attached) => Promise<void>,
  ): Promise<WriteOutcome> {
    try {
      await using(async (current) => {
        await current.writer.run('BEGIN')
        try {
          await work(current)
          await current.writer.run(end)
        } catch (error) {
          // Where the failure has ended the transaction already there is nothing left to roll back.
          await current.writer.run('ROLLBACK').catch(() => {})
          throw error
        }
      })
      return { kind: 'written' }
    } catch (error) {
      return failureOf(error)
    }
  }

  /** After a fatal error the database is opened anew, and every use tries that again until it works. */
  async function using<Result>(work: (attached: Attached) => Promise<Result>): Promise<Result> {
    attached ??= database.reopen().then(attach)
    const current = attached
    let connected = false
    try {
      const connections = await current
      connected = true
      const result = await work(connections)
      available = true
      return result
    } catch (error) {
      available = failureOf(error).kind === 'refused'
      if (attached === current && (!connected || isFatal(error))) attached = undefined
      throw error
    }
  }
}

function bytesOf({ events }: WriteGroup): number {
  let bytes = 0
  for (const run of events) {
    for (const { event } of run.events) bytes += bytesPerEvent + event.json.length
  }
  return bytes
}
