/** Reads stored and rejected events of a session out of ClickHouse, page by page. */
import { type EventContext, eventId } from '@downlink/protocol'
import type { EventPage, EventPages, StoredEvent, StoredRejection } from '../query/event-pages.ts'
import { exactJson } from '../query/exact-json.ts'
import { notOnCluster } from './not-on-cluster.ts'
import type { Reader } from './reader.ts'

/** Beyond it a page ends early; its events are up to 64 KiB each. */
const maxPageBytes = 8_388_608

interface EventRow {
  readonly session_id: string
  readonly seq: number
  readonly type: string
  readonly version: number | null
  readonly sent: number
  readonly corrected: number
  readonly received: number
  readonly data: string
  readonly envelope: string | null
  readonly context: string | null
}

interface RejectionRow extends Pick<EventRow, 'session_id' | 'seq' | 'received'> {
  readonly code: string
  readonly message: string
  readonly raw: string
}

const received = 'toUnixTimestamp64Milli(received_at) AS received'
const selectEvents = `SELECT session_id, seq, type, version, intDiv(ts_us, 1000) AS sent,
  intDiv(corrected_us, 1000) AS corrected, ${received}, data, envelope, context FROM event_rows FINAL`
const selectRejected = `SELECT session_id, seq, code, message, raw, ${received} FROM rejected_rows FINAL`

/**
 * Rows of all sessions have no order of their own here, as they have in one file: a page is of one session, newest first
 * by its sequences, or in their order from `after` on.
 */
export function createEventPages(reader: Reader): EventPages {
  return {
    stored({ session, type, after, before, limit }) {
      if (session === undefined)
        throw notOnCluster('The newest events of all sessions: ask with `session`, or with SQL')
      return page({ session, name: type, after, before, limit }, selectEvents, 'type', storedEvent)
    },
    rejected({ session, code, before, limit }) {
      if (session === undefined) throw notOnCluster('Rejected events of all sessions: ask with `session`, or with SQL')
      return page({ session, name: code, before, limit }, selectRejected, 'code', storedRejection)
    },
  }

  async function page<Row extends EventRow | RejectionRow, Entry>(
    { session, name, after, before, limit }: PageFilter,
    select: string,
    column: 'type' | 'code',
    entryOf: (row: Row) => Entry,
  ): Promise<EventPage<Entry>> {
    const where = [
      'session_id = {session:String}',
      ...(name === undefined ? [] : [`${column} = {name:String}`]),
      ...(after === undefined ? [] : ['seq > {after:Int64}']),
      ...(before === undefined ? [] : ['seq < {before:Int64}']),
    ]
    // One more than asked for tells whether there is another page.
    const sql = `${select} WHERE ${where.join(' AND ')} ORDER BY seq ${after === undefined ? 'DESC' : ''} LIMIT {limit:UInt32} + 1`
    const rows = await reader.rows<Row>(sql, { parameters: { session, name, after, before, limit } })
    const shown = rowsWithin(rows, limit)
    return {
      events: shown.map(entryOf),
      next: shown.length < rows.length ? (shown.at(-1)?.seq ?? null) : null,
    }
  }
}

interface PageFilter {
  readonly session: string
  readonly name: string | undefined
  readonly after?: number | undefined
  readonly before: number | undefined
  readonly limit: number
}

/** At least one, for an event is bounded by itself. */
function rowsWithin<Row extends EventRow | RejectionRow>(rows: readonly Row[], limit: number): readonly Row[] {
  let bytes = 0
  const beyond = rows.findIndex((row, at) => {
    bytes += 'raw' in row ? row.raw.length : row.data.length + (row.envelope?.length ?? 0) + (row.context?.length ?? 0)
    return at === limit || (at > 0 && bytes > maxPageBytes)
  })
  return beyond === -1 ? rows : rows.slice(0, beyond)
}

const storedEvent = (row: EventRow): StoredEvent => ({
  id: eventId(row.session_id, row.seq),
  type: row.type,
  timestamp: row.sent,
  correctedTimestamp: row.corrected,
  data: exactJson(row.data),
  sessionId: row.session_id,
  seq: row.seq,
  ...(row.version !== null && { version: row.version }),
  receivedAt: row.received,
  ...(row.envelope !== null && { envelope: exactJson(row.envelope) }),
  ...(row.context !== null && { context: exactJson(row.context) as EventContext }),
})

const storedRejection = ({ session_id, received: receivedAt, ...row }: RejectionRow): StoredRejection => ({
  sessionId: session_id,
  ...row,
  receivedAt,
})
