/** Opens ClickHouse as the store of a cluster: its tables, the sink's side of it a partition, and what a collector asks of it. */
import type { EventDefinitions } from '@downlink/protocol'
import type { ClockWitnesses } from '../clock-witnesses.ts'
import type { OperationResult } from '../commit/operation.ts'
import type { RecordSource } from '../commit/record-source.ts'
import type { DataSource } from '../data-source.ts'
import type { ExpirySlice } from '../query/expiry-plan.ts'
import type { MatchingSession } from '../query/matching-sessions.ts'
import type { QueryLimits } from '../query/query-limits.ts'
import type { EventStore } from '../sink/event-store.ts'
import { type ClickHouseReadsOptions, createClickHouseReads } from './clickhouse-reads.ts'
import { createClickHouseStore, readPlaces, readRecords } from './clickhouse-store.ts'
import { type ClickHouseOptions, connectClickHouse } from './connection.ts'
import { eraseForgotten } from './erasure.ts'
import { makeEventViews } from './event-views.ts'
import { expireDays, planExpiredDays } from './expiry.ts'
import { openErrorOf, readErrorOf } from './failures.ts'
import { findMatchingSessions } from './matching-sessions.ts'
import { createReader } from './reader.ts'
import { createSandbox } from './sandbox.ts'
import { readServerFigures, type ServerFigures } from './server-figures.ts'
import { prepareTables } from './tables.ts'
import { readTimes } from './times.ts'

export interface ClickHouse {
  /** Whoever asks it has to know that all of a session is stored which the log no longer has. */
  readonly records: RecordSource & { onUp(listener: () => void): () => void }
  /** The store of one partition of the log. Its positions have that name as their segment, and their offsets only grow. */
  partition(name: string): EventStore
  /** How far each partition is stored. */
  readPlaces(): Promise<ReadonlyMap<string, number>>
  /** Makes the views of event types, as they are defined now. Rejects where the server does not take them. */
  defineEvents(definitions: EventDefinitions): Promise<void>
  /** The time by the server, and when the newest came of what is stored. */
  readTimes(): Promise<ClockWitnesses>
  /** How the server stands. */
  readFigures(): Promise<ServerFigures>
  /** What `expire` would delete, a slice a day, the oldest first. */
  planExpiry(receivedBeforeMs: number): Promise<readonly ExpirySlice[]>
  /** Deletes what came on days that had ended by then. Cut short, it is to be done again. */
  expire(receivedBeforeMs: number): Promise<OperationResult>
  /** The sessions that a condition picks. Throws as queries do. */
  matchingSessions(condition: string, limits: QueryLimits): Promise<readonly MatchingSession[]>
  /** Erases what the tables have of sessions that were forgotten; without ids of all of them. */
  erase(sessionIds?: readonly string[]): Promise<OperationResult>
  /** What the routes of the API read. */
  source(options: Omit<ClickHouseReadsOptions, 'connection' | 'definitions'>): DataSource
  close(): Promise<void>
}

/**
 * @throws {CollectorError} `missing_package`, `bad_option`; `store_unavailable` where the server does not answer, or lets
 * nobody in
 */
export async function openClickHouse(options: ClickHouseOptions): Promise<ClickHouse> {
  const connection = await connectClickHouse(options)
  try {
    await prepareTables(connection)
  } catch (cause) {
    await connection.close()
    throw openErrorOf(cause, connection)
  }
  let defined: EventDefinitions = { schemas: {} }
  return {
    records: {
      get isUp() {
        return connection.isUp
      },
      onUp: connection.onUp,
      readSessions: (sessionIds) => codedErrors(readRecords(connection, sessionIds)),
    },
    partition: (name) => createClickHouseStore(connection, name),
    readPlaces: () => codedErrors(readPlaces(connection)),
    async defineEvents(definitions) {
      defined = definitions
      await makeEventViews(connection, definitions)
    },
    readTimes: () => codedErrors(readTimes(connection)),
    readFigures: () => codedErrors(readServerFigures(connection)),
    planExpiry: (receivedBeforeMs) => codedErrors(planExpiredDays(connection, receivedBeforeMs)),
    expire: (receivedBeforeMs) => codedErrors(expireDays(connection, receivedBeforeMs)),
    matchingSessions: (condition, limits) => {
      const reader = createReader(connection, limits)
      return findMatchingSessions(reader, createSandbox({ reader, database: connection.database, limits }), condition)
    },
    erase: (sessionIds) => codedErrors(eraseForgotten(connection, sessionIds)),
    source: (reads) => createClickHouseReads({ connection, definitions: () => defined, ...reads }),
    close: () => connection.close(),
  }
}

/** @throws {CollectorError} `store_unavailable`, and as reads do */
const codedErrors = <Value>(asked: Promise<Value>): Promise<Value> =>
  asked.catch((error: unknown) => {
    throw readErrorOf(error)
  })
