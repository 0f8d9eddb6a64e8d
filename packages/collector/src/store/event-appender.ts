/** Events and rejected events to rows, through DuckDB's appender: no SQL is parsed and no parameter bound. */
import {
  BIGINT,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api'
import type { RejectedEvent } from '../commit/session-batch.ts'
import type { EventRun } from '../commit/session-store.ts'

const eventTypes = [VARCHAR, BIGINT, VARCHAR, INTEGER, TIMESTAMP, TIMESTAMP, VARCHAR, VARCHAR]
const rejectedTypes = [VARCHAR, BIGINT, VARCHAR, VARCHAR, VARCHAR, TIMESTAMP]

/** Rows that DuckDB takes in one chunk. */
const chunkRows = 2048

/** @throws where a value does not fit its column */
export async function appendEvents(connection: DuckDBConnection, runs: readonly EventRun[]): Promise<void> {
  await append(connection, 'events', eventTypes, (rows) => {
    for (const { sessionId, receivedAt, events } of runs) {
      const received = timestampOf(receivedAt)
      for (const { seq, event, envelope } of events) {
        const { type, version = null, timestamp, json } = event
        rows.add([sessionId, BigInt(seq), type, version, timestampOf(timestamp), received, json, envelope ?? null])
      }
    }
  })
}

export async function appendRejected(connection: DuckDBConnection, rejected: readonly RejectedEvent[]): Promise<void> {
  await append(connection, 'rejected_events', rejectedTypes, (rows) => {
    for (const { sessionId, seq, code, message, raw, receivedAt } of rejected) {
      rows.add([sessionId, BigInt(seq), code, wellFormed(message), wellFormed(raw), timestampOf(receivedAt)])
    }
  })
}

interface Rows {
  add(values: readonly DuckDBValue[]): void
}

async function append(
  connection: DuckDBConnection,
  table: string,
  types: readonly DuckDBType[],
  fill: (rows: Rows) => void,
): Promise<void> {
  const appender = await connection.createAppender(table)
  try {
    const chunk: (readonly DuckDBValue[])[] = []
    fill({
      add(values) {
        if (chunk.push(values) === chunkRows) flushChunk(appender, types, chunk)
      },
    })
    if (chunk.length > 0) flushChunk(appender, types, chunk)
    appender.flushSync()
  } finally {
    appender.closeSync()
  }
}

function flushChunk(appender: DuckDBAppender, types: readonly DuckDBType[], rows: (readonly DuckDBValue[])[]): void {
  const chunk = DuckDBDataChunk.create(types, rows.length)
  chunk.setRows(rows)
  appender.appendDataChunk(chunk)
  rows.length = 0
}

const timestampOf = (ms: number): DuckDBTimestampValue => new DuckDBTimestampValue(BigInt(Math.round(ms * 1000)))

// `toWellFormed` is in Node 20, but not yet in TypeScript's es2023 library.
const wellFormed = (text: string): string => (text as unknown as { toWellFormed(): string }).toWellFormed()
