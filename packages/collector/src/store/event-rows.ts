/** Appends events and rejected events as rows, through DuckDB's appender: no SQL is parsed and no parameter bound. */
import type {
  DuckDBAppender,
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBTimestampValue,
  DuckDBType,
  DuckDBValue,
} from '@duckdb/node-api'
import { correctedMicros, microsOf } from '../commit/event-times.ts'
import type { RejectedEvent } from '../commit/session-batch.ts'
import { duckdb } from '../duckdb.ts'
import type { EventRun, LabelsRow } from '../sink/event-store.ts'
import { UnstorableError } from './failures.ts'

const { BIGINT, INTEGER, TIMESTAMP, VARCHAR } = duckdb

type Row = readonly DuckDBValue[]

/** The columns of `events`. */
export const eventTypes: readonly DuckDBType[] = [
  VARCHAR,
  BIGINT,
  VARCHAR,
  INTEGER,
  TIMESTAMP,
  TIMESTAMP,
  VARCHAR,
  VARCHAR,
  TIMESTAMP,
  VARCHAR,
]

/** The columns of `rejected_events`. */
export const rejectedTypes: readonly DuckDBType[] = [VARCHAR, BIGINT, VARCHAR, VARCHAR, VARCHAR, TIMESTAMP, VARCHAR]

/** The columns of `collector.earlier_labels`. */
export const labelTypes: readonly DuckDBType[] = [VARCHAR, BIGINT, BIGINT, VARCHAR]

export function eventRows(runs: readonly EventRun[]): Row[] {
  const rows: Row[] = []
  for (const { sessionId, receivedAt, clockOffsetMs, events } of runs) {
    const received = timestampOf(receivedAt)
    for (const { seq, event, envelope = null, context = null } of events) {
      const { type, version = null, timestamp, json } = event
      const ts = timestampOf(timestamp)
      const corrected = new duckdb.DuckDBTimestampValue(BigInt(correctedMicros(timestamp, clockOffsetMs)))
      rows.push([sessionId, BigInt(seq), type, version, ts, received, json, envelope, corrected, context])
    }
  }
  return rows
}

/** About how much the write-ahead log grows by an event, beside its data. */
const bytesPerEvent = 100

/** About how much it grows by runs of events. */
export function bytesOfRows(runs: readonly EventRun[]): number {
  let bytes = 0
  for (const { events } of runs)
    for (const { event, envelope, context } of events)
      bytes += bytesPerEvent + event.json.length + (envelope?.length ?? 0) + (context?.length ?? 0)
  return bytes
}

export const rejectedRows = (rejected: readonly RejectedEvent[]): Row[] =>
  rejected.map(({ sessionId, seq, code, message, raw, receivedAt, context = null }) => [
    sessionId,
    BigInt(seq),
    code,
    storable(message),
    storable(raw),
    timestampOf(receivedAt),
    context,
  ])

export const labelRows = (labels: readonly LabelsRow[]): Row[] =>
  labels.map(({ sessionId, from, until, labels: one }) => [
    sessionId,
    BigInt(from),
    BigInt(until),
    one ? JSON.stringify(one) : null,
  ])

const timestampOf = (ms: number): DuckDBTimestampValue => new duckdb.DuckDBTimestampValue(BigInt(microsOf(ms)))

/** Text from outside that was never checked. `toWellFormed` is in Node 20, but not yet in TypeScript's library. */
const storable = (text: string): string =>
  (text as unknown as { toWellFormed(): string }).toWellFormed().replaceAll('\0', '\ufffd')

/** Within the connection's transaction. */
export interface TableAppender {
  /** @throws {UnstorableError} where a value does not fit its column; the transaction must be rolled back */
  append(rows: readonly (readonly DuckDBValue[])[]): void
}

/** Rows that DuckDB takes in one chunk. */
const chunkRows = 2048

export async function createTableAppender(
  connection: DuckDBConnection,
  table: string,
  types: readonly DuckDBType[],
  schema?: string,
): Promise<TableAppender> {
  const appender = await connection.createAppender(table, schema)
  return {
    append(rows) {
      if (rows.length === 0) return
      for (let from = 0; from < rows.length; from += chunkRows) {
        appender.appendDataChunk(chunkOf(types, rows.slice(from, from + chunkRows)))
      }
      flush(appender)
    },
  }
}

function chunkOf(types: readonly DuckDBType[], rows: readonly (readonly DuckDBValue[])[]): DuckDBDataChunk {
  const chunk = duckdb.DuckDBDataChunk.create(types, rows.length)
  try {
    chunk.setRows(rows)
  } catch (cause) {
    throw new UnstorableError(String(cause), { cause })
  }
  return chunk
}

function flush(appender: DuckDBAppender): void {
  try {
    appender.flushSync()
  } catch (error) {
    // What it holds would come along with the next rows.
    appender.clear()
    throw error
  }
}
