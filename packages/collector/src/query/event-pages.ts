/** Reads stored and rejected events page by page: what a test asks for, and what the page shows. */
import { type EventContext, eventId, type TelemetryEvent, verifyName } from '@downlink/protocol'
import type { DuckDBResult, DuckDBValue } from '@duckdb/node-api'
import { exactJson } from './exact-json.ts'
import type { Readers } from './readers.ts'

/** Times are milliseconds since 1970. */
export interface StoredEvent extends TelemetryEvent {
  /** `timestamp` by the collector's clock, as far as the two are known to differ. */
  readonly correctedTimestamp: number
  readonly receivedAt: number
  /** What a plain event carried beside type, timestamp, data, version, context and labels. */
  readonly envelope?: unknown
}

export interface StoredRejection {
  readonly sessionId: string
  readonly seq: number
  readonly code: string
  readonly message: string
  /** What came, as text. */
  readonly raw: string
  readonly receivedAt: number
}

export interface EventFilter {
  readonly session?: string
  readonly type?: string
  /** Only with `session`: its events above this sequence, in order. Without it the newest come first. */
  readonly after?: number
  /** A page's `next`. */
  readonly before?: number
  readonly limit: number
}

export interface RejectionFilter {
  readonly session?: string
  readonly code?: string
  readonly before?: number
  readonly limit: number
}

export interface EventPage<Entry> {
  readonly events: readonly Entry[]
  /** Give it as `before` (or as `after`, where that was given) for the next page; null on the last one. */
  readonly next: number | null
}

export interface EventPages {
  stored(filter: EventFilter): Promise<EventPage<StoredEvent>>
  rejected(filter: RejectionFilter): Promise<EventPage<StoredRejection>>
}

/** Beyond it a page ends early; its events are up to 64 KiB each. */
const maxPageBytes = 8_388_608

const storedColumns = `rowid, session_id, seq, type, version, epoch_ms(ts), epoch_ms(corrected_ts),
  epoch_ms(received_at), data::VARCHAR, envelope::VARCHAR, context::VARCHAR`
const rejectedColumns = 'rowid, session_id, seq, code, message, raw, epoch_ms(received_at)'

export function createEventPages(readers: Readers): EventPages {
  return {
    stored({ session, type, after, before, limit }) {
      const inOrder = session !== undefined && after !== undefined
      const [above, below] = [inOrder ? { seq: after } : {}, { rowid: before }]
      // Those of a verification are shown to whoever asks for them.
      const isAsked = session !== undefined || type !== undefined
      const where = conditions({ session_id: session, type }, above, below, isAsked ? {} : { type: verifyName })
      const sql = `SELECT ${storedColumns} FROM events ${where.sql} ORDER BY ${inOrder ? 'seq' : 'rowid DESC'}`
      return page(sql, where.values, limit, storedEvent, inOrder ? 2 : 0)
    },

    rejected({ session, code, before, limit }) {
      const where = conditions({ session_id: session, code }, {}, { rowid: before })
      const sql = `SELECT ${rejectedColumns} FROM rejected_events ${where.sql} ORDER BY rowid DESC`
      return page(sql, where.values, limit, storedRejection, 0)
    },
  }

  /** @param cursor the column that `next` is taken from */
  function page<Entry>(
    sql: string,
    values: DuckDBValue[],
    limit: number,
    entryOf: (row: readonly DuckDBValue[]) => Entry,
    cursor: number,
  ): Promise<EventPage<Entry>> {
    return readers.run(async (connection) => {
      // One more than asked for tells whether there is another page.
      const result = await connection.run(`${sql} LIMIT ${limit + 1}`, values)
      const { rows, more } = await rowsWithin(result, limit)
      return { events: rows.map(entryOf), next: more ? Number(rows.at(-1)?.[cursor]) : null }
    })
  }
}

type Filters = Readonly<Record<string, string | number | undefined>>

function conditions(
  equal: Filters,
  above: Filters,
  below: Filters,
  other: Filters = {},
): { sql: string; values: DuckDBValue[] } {
  const values: DuckDBValue[] = []
  const parts: string[] = []
  for (const [operator, filters] of Object.entries({ '=': equal, '>': above, '<': below, '<>': other })) {
    for (const [column, value] of Object.entries(filters)) {
      if (value === undefined) continue
      values.push(typeof value === 'number' ? BigInt(value) : value)
      // Untyped, a bigint is a HUGEINT, and the whole column would be cast to that.
      parts.push(`${column} ${operator} $${values.length}${typeof value === 'number' ? '::BIGINT' : ''}`)
    }
  }
  return { sql: parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '', values }
}

/** One by one, so that what the page has no room for stays in the database. At least one, for an event is bounded by itself. */
async function rowsWithin(
  result: DuckDBResult,
  limit: number,
): Promise<{ readonly rows: readonly (readonly DuckDBValue[])[]; readonly more: boolean }> {
  const rows: DuckDBValue[][] = []
  let bytes = 0
  for await (const chunk of result) {
    for (let at = 0; at < chunk.rowCount; at++) {
      if (rows.length === limit) return { rows, more: true }
      const row = chunk.getRowValues(at)
      for (const value of row) bytes += typeof value === 'string' ? value.length : 8
      if (bytes > maxPageBytes && rows.length > 0) return { rows, more: true }
      rows.push(row)
    }
  }
  return { rows, more: false }
}

function storedEvent(row: readonly DuckDBValue[]): StoredEvent {
  const [, session, seq, type, version, timestamp, corrected, receivedAt, data, envelope, context] = row
  const sessionId = String(session)
  return {
    id: eventId(sessionId, Number(seq)),
    type: String(type),
    timestamp: Number(timestamp),
    correctedTimestamp: Number(corrected),
    data: exactJson(String(data)),
    sessionId,
    seq: Number(seq),
    ...(typeof version === 'number' && { version }),
    receivedAt: Number(receivedAt),
    ...(typeof envelope === 'string' && { envelope: exactJson(envelope) }),
    ...(typeof context === 'string' && { context: exactJson(context) as EventContext }),
  }
}

function storedRejection(row: readonly DuckDBValue[]): StoredRejection {
  const [, sessionId, seq, code, message, raw, receivedAt] = row
  return {
    sessionId: String(sessionId),
    seq: Number(seq),
    code: String(code),
    message: String(message),
    raw: String(raw),
    receivedAt: Number(receivedAt),
  }
}
