/** Sessions and events in DuckDB, written on one connection, one transaction a group. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { SessionRecord } from '../commit/session-record.ts'
import type { SessionStore, WriteGroup, WriteOutcome } from '../commit/session-store.ts'
import { createCheckpoints } from './checkpoints.ts'
import { appendEvents, appendRejected } from './event-appender.ts'
import type { Database } from './open-database.ts'
import { recordOf, rowOf, selectSessions, upsertSessions } from './session-rows.ts'

export interface DuckDBStore extends SessionStore {
  close(): Promise<void>
}

/** About how much the write-ahead log grows by. */
const bytesPerEvent = 100
const checkpointBytes = 64 * 1024 * 1024

export async function createDuckDBStore(database: Database, onFailure: (reason: string) => void): Promise<DuckDBStore> {
  const writer = await database.connect()
  // A connection holds one transaction, so reading beside the writer needs another.
  const reader = await database.connect()
  const maintenance = await database.connect()
  const checkpoints = createCheckpoints(maintenance, checkpointBytes, onFailure)
  const upsert = await writer.prepare(upsertSessions)

  return {
    async readSessions(sessionIds) {
      const rows = (await reader.runAndReadAll(selectSessions, [JSON.stringify(sessionIds)])).getRows()
      return new Map(rows.map(([json]) => recordOf(String(json))).map((record) => [record.sessionId, record]))
    },

    write: (group) =>
      transaction('COMMIT', async () => {
        await appendEvents(writer, group.events)
        await appendRejected(writer, group.rejected)
        await writeSessions(group.sessions)
        checkpoints.grown(bytesOf(group))
      }),

    tryEvent: (run) => transaction('ROLLBACK', () => appendEvents(writer, [run])),

    async close() {
      await checkpoints.settled()
      maintenance.closeSync()
      reader.closeSync()
      writer.closeSync()
    },
  }

  async function writeSessions(sessions: readonly SessionRecord[]): Promise<void> {
    upsert.bindVarchar(1, JSON.stringify(sessions.map(rowOf)))
    await upsert.run()
  }

  async function transaction(end: 'COMMIT' | 'ROLLBACK', work: () => Promise<void>): Promise<WriteOutcome> {
    try {
      await writer.run('BEGIN')
      await work()
      await writer.run(end)
      return { kind: 'written' }
    } catch (error) {
      await rollBack(writer)
      return failureOf(error)
    }
  }
}

async function rollBack(connection: DuckDBConnection): Promise<void> {
  // Where the failure has ended the transaction already there is nothing left to roll back.
  await connection.run('ROLLBACK').catch(() => {})
}

function bytesOf({ events }: WriteGroup): number {
  let bytes = 0
  for (const run of events) {
    for (const { event } of run.events) bytes += bytesPerEvent + event.json.length
  }
  return bytes
}

/** DuckDB names the kind of an error at the start of its message. */
const contentErrors = /^(Invalid Input|Conversion|Constraint|Out of Range|Type|Mismatch Type) Error/

function failureOf(error: unknown): WriteOutcome {
  const reason = error instanceof Error ? error.message : String(error)
  // The binding's own errors, thrown before DuckDB sees the value, are about content too.
  const refused = contentErrors.test(reason) || error instanceof TypeError || error instanceof RangeError
  return { kind: refused ? 'refused' : 'unavailable', reason }
}
