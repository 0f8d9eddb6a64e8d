/** Applies operations to the tables, within the transaction that moves the position, and keeps what each came to. */
import { verifyName } from '@downlink/protocol'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Expiry, Forgetting, Operation, OperationResult } from '../commit/operation.ts'
import { isErrorEvent } from './event-summary.ts'
import { type MovedRejections, moveRejected, type OperationConnections } from './move-rejected.ts'

/** About how much the write-ahead log grows by a row that is deleted. */
const bytesPerRemoval = 8

/** @returns by about how much the write-ahead log has grown, in bytes */
export async function applyOperation(open: OperationConnections, operation: Operation): Promise<number> {
  const { result, movedBytes } = await change(open, operation)
  const { id, kind, askedAtMs } = operation
  // It is there already where a log is read again whose place the database does not know; then nothing was left to do.
  await open.writer.run(
    `INSERT OR IGNORE INTO collector.operations VALUES ($1, $2, make_timestamp_ms(${wholeMs(askedAtMs)}), $3)`,
    [id, kind, JSON.stringify(result)],
  )
  return movedBytes + (result.events + result.rejected) * bytesPerRemoval
}

async function change(open: OperationConnections, operation: Operation): Promise<MovedRejections> {
  if (operation.kind === 'rejudge') return moveRejected(open, operation)
  const removal = operation.kind === 'expire' ? expire(open.writer, operation) : forget(open.writer, operation)
  return { result: await removal, movedBytes: 0 }
}

/** Undefined where the store has applied none of this id. */
export async function readOperation(connection: DuckDBConnection, id: string): Promise<OperationResult | undefined> {
  const found = await connection.runAndReadAll('SELECT result FROM collector.operations WHERE id = $1', [id])
  const [row] = found.getRows()
  return row && JSON.parse(String(row[0]))
}

async function expire(connection: DuckDBConnection, operation: Expiry): Promise<OperationResult> {
  const isOld = removedBy(operation)
  await connection.run(`CREATE OR REPLACE TEMP TABLE removed AS
    SELECT session_id, count(*) AS events, count(*) FILTER (${isErrorEvent}) AS errors
    FROM events WHERE ${isOld} GROUP BY session_id`)
  const events = await connection.run(`DELETE FROM events WHERE ${isOld}`)
  const rejected = await connection.run(`DELETE FROM rejected_events WHERE ${isOld}`)
  await connection.run(countRemoved)
  await connection.run('DROP TABLE removed')
  return { events: events.rowsChanged, rejected: rejected.rowsChanged }
}

/** What is left of a session is its id, by which it is refused, whose it was, when it was there, and how much of what. */
async function forget(connection: DuckDBConnection, operation: Forgetting): Promise<OperationResult> {
  const isForgotten = removedBy(operation)
  const events = await connection.run(`DELETE FROM events WHERE ${isForgotten}`)
  const rejected = await connection.run(`DELETE FROM rejected_events WHERE ${isForgotten}`)
  await connection.run(`DELETE FROM collector.earlier_labels WHERE ${isForgotten}`)
  // Those of a verification were nobody's: nothing is left of them.
  await connection.run(`DELETE FROM sessions WHERE ${isForgotten} AND (labels->>'${verifyName}') IS NOT NULL`)
  await connection.run(
    `UPDATE sessions SET forgotten = forgotten + stored, stored = 0, build = NULL, labels = NULL, labels_from = NULL, schema = NULL,
        clock_offset_ms = NULL, error_events = 0, first_event = NULL, last_event = NULL,
        forgotten_at = coalesce(forgotten_at, make_timestamp_ms(${wholeMs(operation.askedAtMs)}))
      WHERE ${isForgotten}`,
  )
  return { events: events.rowsChanged, rejected: rejected.rowsChanged }
}

/**
 * Of most sessions nothing is left. The others' first and last event have to be looked for: none of them came after the
 * session was last heard of, so that most of a large table is passed over.
 */
const countRemoved = `UPDATE sessions SET
    stored = stored - summary.events, expired = expired + summary.events, error_events = error_events - summary.errors,
    first_event = summary.first_event, last_event = summary.last_event
  FROM (
    SELECT removed.session_id, removed.events, removed.errors, rest.first_event, rest.last_event
    FROM removed LEFT JOIN (
      SELECT session_id, min(corrected_ts) AS first_event, max(corrected_ts) AS last_event
      FROM events JOIN removed USING (session_id) JOIN sessions USING (session_id)
      WHERE sessions.stored > removed.events
        AND received_at <= (SELECT max(last_seen) FROM sessions JOIN removed USING (session_id) WHERE stored > removed.events)
      GROUP BY session_id
    ) AS rest USING (session_id)
  ) AS summary
  WHERE sessions.session_id = summary.session_id`

/** A condition over events and rejected events: those that an operation deletes, of those that came before it. */
export const removedBy = (operation: Expiry | Forgetting): string =>
  operation.kind === 'expire'
    ? receivedBefore(operation.receivedBeforeMs)
    : `session_id IN (SELECT unnest(from_json(${jsonText(operation.sessionIds)}::JSON, '["VARCHAR"]')))`

const jsonText = (value: unknown): string => `'${JSON.stringify(value).replaceAll("'", "''")}'`

/** The same, of those that came before a time. */
export const receivedBefore = (ms: number): string => `received_at < make_timestamp_ms(${wholeMs(ms)})`

/** Of none of a person's text. What can't be applied would be tried for ever, with all that stands behind it. */
const wholeMs = (ms: number): string => String(BigInt(Math.floor(ms)))
