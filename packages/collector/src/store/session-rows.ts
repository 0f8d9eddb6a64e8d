/** Converts session records to rows and back. Rows travel as JSON, so that one statement writes any number of them. */
import type { DuckDBPreparedStatement } from '@duckdb/node-api'
import type { SessionRecord } from '../commit/session-record.ts'
import type { EventSummary } from './event-summary.ts'

const columnTypes = {
  session_id: 'VARCHAR',
  delivery: 'VARCHAR',
  committed_seq: 'BIGINT',
  pushed: 'BIGINT',
  stored: 'BIGINT',
  expired: 'BIGINT',
  forgotten: 'BIGINT',
  rejected: 'JSON',
  dropped: 'JSON',
  missing: 'BIGINT',
  ended: 'BOOLEAN',
  first_seen: 'BIGINT',
  last_seen: 'BIGINT',
  clock_offset_ms: 'DOUBLE',
  build: 'VARCHAR',
  labels: 'JSON',
  labels_from: 'BIGINT',
  schema: 'VARCHAR',
  proof_hash: 'VARCHAR',
  forgotten_at: 'BIGINT',
} as const

/** Of the events that came with a row; they are added to what is there. */
const summaryTypes = { error_events: 'BIGINT', first_event: 'BIGINT', last_event: 'BIGINT' } as const

type SessionRow = { readonly [Column in keyof typeof columnTypes | keyof typeof summaryTypes]: unknown }

const columns = Object.keys(columnTypes)
const rowTypes = { ...columnTypes, ...summaryTypes }
const isTime = (column: string): boolean => column.endsWith('_seen') || column === 'forgotten_at'

/** Takes the rows as one JSON text. It names the columns, for an older database has them in another order. */
export const upsertSessions: string = `
  INSERT INTO sessions (${Object.keys(rowTypes).join(', ')})
  SELECT ${columns.map((column) => (isTime(column) ? `make_timestamp_ms(row.${column})` : `row.${column}`)).join(', ')},
    row.error_events, make_timestamp(row.first_event), make_timestamp(row.last_event)
  FROM (SELECT unnest(from_json(?::JSON, '${JSON.stringify([rowTypes])}')) AS row)
  ON CONFLICT DO UPDATE SET ${columns
    .slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')},
    error_events = error_events + excluded.error_events,
    first_event = least(first_event, excluded.first_event),
    last_event = greatest(last_event, excluded.last_event)`

/** @param summaries of the events that come with them, by session */
export async function writeRecords(
  { upsert }: { readonly upsert: DuckDBPreparedStatement },
  records: readonly SessionRecord[],
  summaries: ReadonlyMap<string, EventSummary>,
): Promise<void> {
  const rows = records.map((record) => rowOf(record, summaries.get(record.sessionId)))
  upsert.bindVarchar(1, JSON.stringify(rows))
  await upsert.run()
}

/** A row as the JSON text that `recordOf` reads. */
export const sessionJson: string = `to_json(struct_pack(${columns
  .map((column) => `${column} := ${isTime(column) ? `epoch_ms(${column})` : column}`)
  .join(', ')}))::VARCHAR`

/** Takes the ids as one JSON text; gives each row as JSON. */
export const selectSessions: string = `
  SELECT ${sessionJson} FROM sessions WHERE session_id IN (SELECT unnest(from_json(?::JSON, '["VARCHAR"]')))`

/** @param summary of the events that come with it */
export function rowOf(record: SessionRecord, summary?: EventSummary): SessionRow {
  return {
    session_id: record.sessionId,
    delivery: record.delivery,
    committed_seq: record.committedSeq,
    pushed: record.pushed,
    stored: record.stored,
    expired: record.expired,
    forgotten: record.forgotten,
    rejected: record.rejected,
    dropped: record.dropped,
    missing: record.missing,
    ended: record.ended,
    first_seen: record.firstSeenMs,
    last_seen: record.lastSeenMs,
    clock_offset_ms: record.clockOffsetMs,
    build: record.build,
    labels: record.labels,
    labels_from: record.labelsFrom,
    schema: record.schema,
    proof_hash: record.proofHash,
    forgotten_at: record.forgottenAtMs,
    error_events: summary?.errors ?? 0,
    first_event: summary && digitsOf(summary.firstMicros),
    last_event: summary && digitsOf(summary.lastMicros),
  }
}

/** All of them: as a number, JSON has only those that tell one double from another. */
const digitsOf = (micros: number): string => String(BigInt(micros))

export function recordOf(json: string): SessionRecord {
  // The rows are our own, written by `rowOf`.
  const row = JSON.parse(json)
  return {
    sessionId: row.session_id,
    delivery: row.delivery,
    proofHash: row.proof_hash ?? undefined,
    committedSeq: row.committed_seq,
    pushed: row.pushed,
    stored: row.stored,
    expired: row.expired,
    forgotten: row.forgotten,
    rejected: row.rejected,
    dropped: row.dropped,
    missing: row.missing,
    ended: row.ended,
    firstSeenMs: row.first_seen,
    lastSeenMs: row.last_seen,
    clockOffsetMs: row.clock_offset_ms ?? undefined,
    build: row.build ?? undefined,
    labels: row.labels ?? undefined,
    schema: row.schema ?? undefined,
    ...(row.labels_from !== null && { labelsFrom: row.labels_from }),
    ...(row.forgotten_at !== null && { forgottenAtMs: row.forgotten_at }),
  }
}
