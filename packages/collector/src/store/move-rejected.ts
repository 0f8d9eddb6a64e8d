/** Moves rejected events into the events, each as it would have been written had it been accepted when it came. */
import { checkEvent, cutEnvelope, type EventLimits } from '@downlink/protocol'
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'
import type { AcceptedEvent } from '../commit/encoded-events.ts'
import { readKeptElement } from '../commit/kept-element.ts'
import { addRejections, type OperationResult, type RejectionCount, type Rejudgement } from '../commit/operation.ts'
import type { RejectedEvent } from '../commit/session-batch.ts'
import type { SessionRecord } from '../commit/session-record.ts'
import type { EventRun } from '../sink/event-store.ts'
import { bytesOfRows, eventRows, type TableAppender } from './event-rows.ts'
import { summariseEvents } from './event-summary.ts'
import { recordOf, selectSessions, writeRecords } from './session-rows.ts'

/** What an operation changes the tables through. */
export interface OperationConnections {
  readonly writer: DuckDBConnection
  readonly events: TableAppender
  readonly upsert: DuckDBPreparedStatement
}

/** Whoever named the events has judged them, by limits that may be others by now. */
const noLimits: EventLimits = {
  maxEventBytes: Number.POSITIVE_INFINITY,
  maxDepth: Number.POSITIVE_INFINITY,
  maxKeys: Number.POSITIVE_INFINITY,
  maxTypeLength: Number.POSITIVE_INFINITY,
}

export interface MovedRejections {
  readonly result: OperationResult
  /** About how much the write-ahead log has grown by what was moved. */
  readonly movedBytes: number
}

/** Within the transaction. What has expired, was forgotten or was moved already is passed over. */
export async function moveRejected(open: OperationConnections, { events }: Rejudgement): Promise<MovedRejections> {
  const { writer } = open
  const found = await findRejected(writer, 'rejected_events', events)
  const ids = [...new Set(found.map(({ sessionId }) => sessionId))]
  const stored = (await writer.runAndReadAll(selectSessions, [JSON.stringify(ids)])).getRows()
  const records = new Map(stored.map(([json]) => recordOf(String(json))).map((record) => [record.sessionId, record]))
  const runs: EventRun[] = []
  const moved: RejectionCount[] = []
  for (const rejection of found) {
    const record = records.get(rejection.sessionId)
    const accepted = record && acceptRejected(rejection, record)
    if (!accepted) continue
    const { sessionId, code, receivedAt } = rejection
    records.set(sessionId, withoutRejection(record, code))
    runs.push({ sessionId, receivedAt, clockOffsetMs: record.clockOffsetMs, events: [accepted] })
    moved.push({ type: accepted.event.type, code, events: 1 })
  }
  open.events.append(eventRows(runs))
  await writeRecords(open, [...records.values()], summariseEvents(runs))
  const keys = runs.flatMap((run) => run.events.map(({ seq }) => keyOf({ sessionId: run.sessionId, seq })))
  await writer.run(deleteNamed, [JSON.stringify(keys)])
  const result = { events: runs.length, rejected: runs.length, moved: addRejections(moved) }
  return { result, movedBytes: bytesOfRows(runs) }
}

type FoundRejection = Omit<RejectedEvent, 'message' | 'code'> & { readonly code: string }

/** Those of a table like `rejected_events` that are there, by session and sequence. */
export async function findRejected(
  connection: DuckDBConnection,
  table: string,
  events: Rejudgement['events'],
): Promise<readonly FoundRejection[]> {
  const select = `SELECT session_id, seq, code, raw, epoch_us(received_at) / 1000, context::VARCHAR
    FROM ${table} JOIN ${named} USING (session_id, seq) ORDER BY session_id, seq`
  const found = await connection.runAndReadAll(select, [JSON.stringify(events.map(keyOf))])
  return found.getRows().map(([sessionId, seq, code, raw, receivedAt, context]) => ({
    ...{ sessionId: String(sessionId), seq: Number(seq), code: String(code), raw: String(raw) },
    ...{ receivedAt: Number(receivedAt), context: context === null ? undefined : String(context) },
  }))
}

/** The event as ingest reads one that it accepts; undefined where its text is not there. */
export function acceptRejected(
  { seq, raw, receivedAt, context }: FoundRejection,
  { delivery }: SessionRecord,
): AcceptedEvent | undefined {
  const element = readKeptElement(raw)
  if (!element) return undefined
  const checked = checkEvent(element, noLimits, receivedAt)
  if (!checked.ok) return undefined
  const envelope = delivery === 'plain' ? cutEnvelope(element)?.text : undefined
  return { seq, event: checked.value, envelope, context }
}

/** The session, once an event that was rejected with this code is stored. */
export function withoutRejection(record: SessionRecord, code: string): SessionRecord {
  const { [code]: count = 0, ...others } = record.rejected
  return { ...record, stored: record.stored + 1, rejected: count > 1 ? { ...others, [code]: count - 1 } : others }
}

const keyOf = ({ sessionId, seq }: Rejudgement['events'][number]) => ({ session_id: sessionId, seq })

/** Takes the keys as one JSON text. */
const named = `(SELECT unnest(from_json(?::JSON, '[{"session_id":"VARCHAR","seq":"BIGINT"}]'), recursive := true)) AS named`

const deleteNamed = `DELETE FROM rejected_events USING ${named}
  WHERE rejected_events.session_id = named.session_id AND rejected_events.seq = named.seq`
