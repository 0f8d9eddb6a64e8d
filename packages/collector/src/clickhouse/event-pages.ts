/** Reads stored and rejected events out of ClickHouse, page by page. */
import { type EventContext, eventId, verifyName } from '@downlink/protocol'
import type { EventPage, EventPages, StoredEvent, StoredRejection } from '../query/event-pages.ts'
import { exactJson } from '../query/exact-json.ts'
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
  intDiv(corrected_us, 1000) AS corrected, ${received}, data, envelope, context FROM current_events`
const selectRejected = `SELECT session_id, seq, code, message, raw, ${received} FROM current_rejected`

/** So long ago most of what is asked for came: days that nobody needs are not read. */
const recentMs = 3_600_000

/**
 * Events of one session are ordered by their sequences. Those of all sessions have no order but when they came: a page of
 * them ends where a time does, so that it may have more than was asked for, and its `next` is that time.
 */
export function createEventPages(reader: Reader, wallMs: () => number): EventPages {
  return {
    stored({ session, type, ...filter }) {
      // Those of a verification are shown to whoever asks for them.
      const hidden = session === undefined && type === undefined ? [`type <> '${verifyName}'`] : []
      const where = [...hidden, ...equals('type', type)]
      return page({ session, ...filter, where, parameters: { name: type } }, selectEvents, storedEvent)
    },
    rejected({ code, ...filter }) {
      return page(
        { ...filter, where: equals('code', code), parameters: { name: code } },
        selectRejected,
        storedRejection,
      )
    },
  }

  async function page<Row extends AnyRow, Entry>(
    filter: PageFilter,
    select: string,
    entryOf: (row: Row) => Entry,
  ): Promise<EventPage<Entry>> {
    const { rows, next } =
      filter.session === undefined ? await newest<Row>(filter, select) : await ofSession<Row>(filter, select)
    return { events: rows.map(entryOf), next }
  }

  async function ofSession<Row extends AnyRow>(
    { session, after, before, limit, where, parameters }: PageFilter,
    select: string,
  ): Promise<PageRows<Row>> {
    const bounds = [
      'session_id = {session:String}',
      ...(after === undefined ? [] : ['seq > {after:Int64}']),
      ...(before === undefined ? [] : ['seq < {before:Int64}']),
    ]
    const order = after === undefined ? 'seq DESC' : 'seq'
    // One more than asked for tells whether there is another page.
    const sql = `${select} WHERE ${[...bounds, ...where].join(' AND ')} ORDER BY ${order} LIMIT {limit:UInt32} + 1`
    const found = await reader.rows<Row>(sql, { parameters: { ...parameters, session, after, before, limit } })
    const rows = rowsWithin(found, limit)
    return { rows, next: rows.length < found.length ? (rows.at(-1)?.seq ?? null) : null }
  }

  async function newest<Row extends AnyRow>(
    { before, limit, where, parameters }: PageFilter,
    select: string,
  ): Promise<PageRows<Row>> {
    const older = before === undefined ? [] : [`received_at < ${timeOfMs('{before:Int64}')}`]
    const since = `received_at >= ${timeOfMs('{since:Int64}')}`
    const read = (bounds: readonly string[]): Promise<readonly Row[]> => {
      const conditions = ['true', ...where, ...older, ...bounds].join(' AND ')
      const sql = `${select} WHERE ${conditions} ORDER BY received DESC LIMIT {limit:UInt32} WITH TIES`
      return reader.rows(sql, { parameters: { ...parameters, before, since: (before ?? wallMs()) - recentMs, limit } })
    }
    const recent = await read([since])
    const found = recent.length >= limit ? recent : await read([])
    const rows = wholeTimes(found)
    const isLast = rows.length === found.length && found.length < limit
    return { rows: inOrder(rows), next: isLast ? null : (rows.at(-1)?.received ?? null) }
  }
}

type AnyRow = EventRow | RejectionRow

interface PageRows<Row> {
  readonly rows: readonly Row[]
  readonly next: number | null
}

const equals = (column: string, name: string | undefined): readonly string[] =>
  name === undefined ? [] : [`${column} = {name:String}`]

interface PageFilter {
  readonly session?: string | undefined
  readonly after?: number | undefined
  readonly before?: number | undefined
  readonly limit: number
  readonly where: readonly string[]
  readonly parameters: Readonly<Record<string, unknown>>
}

const timeOfMs = (ms: string): string => `fromUnixTimestamp64Milli(toInt64(${ms}), 'UTC')`

/** As many of the times as a page has room for, each with all of its rows. At least one. */
function wholeTimes<Row extends AnyRow>(rows: readonly Row[]): readonly Row[] {
  const within = rowsWithin(rows, rows.length)
  const cut = rows[within.length]?.received
  const whole = cut === undefined ? within : within.filter(({ received }) => received !== cut)
  return whole.length > 0 ? whole : rows.filter(({ received }) => received === cut)
}

/** What came at one time, by session, the newest of each first. */
const inOrder = <Row extends AnyRow>(rows: readonly Row[]): readonly Row[] =>
  rows.toSorted((a, b) => b.received - a.received || a.session_id.localeCompare(b.session_id) || b.seq - a.seq)

/** At least one, for an event is bounded by itself. */
function rowsWithin<Row extends AnyRow>(rows: readonly Row[], limit: number): readonly Row[] {
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
