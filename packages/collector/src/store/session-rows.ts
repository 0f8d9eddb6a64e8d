/** Writes and reads the rows of sessions. They travel as JSON, so that one statement writes any number of them. */
import type { DuckDBPreparedStatement } from '@duckdb/node-api'
import type { SessionRecord } from '../commit/session-record.ts'
import { recordOf as recordOfRow, type SessionRow, rowOf as sessionRowOf } from '../commit/session-row.ts'
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
} as const satisfies { readonly [Column in keyof SessionRow]: string }

/** Of the events that came with a row; they are added to what is there. */
const summaryTypes = { error_events: 'BIGINT', first_event: 'BIGINT', last_event: 'BIGINT' } as const

type SummarisedRow = SessionRow & { readonly [Column in keyof typeof summaryTypes]: unknown }

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
export const rowOf = (record: SessionRecord, summary?: EventSummary): SummarisedRow => ({
  ...sessionRowOf(record),
  error_events: summary?.errors ?? 0,
  first_event: summary && digitsOf(summary.firstMicros),
  last_event: summary && digitsOf(summary.lastMicros),
})

/** All of them: as a number, JSON has only those that tell one double from another. */
const digitsOf = (micros: number): string => String(BigInt(micros))

/** The rows are our own, written by `rowOf`. */
export const recordOf = (json: string): SessionRecord => recordOfRow(JSON.parse(json))
