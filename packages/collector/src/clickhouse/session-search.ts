/** Finds sessions in ClickHouse: those that a filter lets through, in an order, page by page. */
import { verifyName } from '@downlink/protocol'
import { ledgerOf } from '../query/ledgers.ts'
import type { FoundSession, SessionFilter, SessionSearch, SessionSort } from '../query/session-search.ts'
import type { SessionState } from '../query/session-states.ts'
import { errorType } from '../store/event-summary.ts'
import { heardMs, isOpen } from './ledgers.ts'
import { quoteText } from './quote.ts'
import type { Reader } from './reader.ts'
import { recordColumns, recordOfRow, type StoredRow } from './rows.ts'

/** No page is played offline for longer than that and then sent at once; a clock that is set meanwhile jumps by any time. */
const unheardMs = 86_400_000

const happened = 'intDiv(last_us, 1000) - intDiv(first_us, 1000)'
const heard = 'last_seen - first_seen'
const length = `if(${happened} > ${heard} + ${unheardMs}, ${heard}, ${happened})`

const sortKeys: Readonly<Record<SessionSort, string>> = {
  newest: 'first_seen',
  length: 'length_ms',
  events: 'stored',
  missing: 'missing_now',
}

/** Each as a condition over a session as it stands now. */
const states: Readonly<Record<SessionState, string>> = {
  open: 'is_open',
  complete: 'ended AND missing_now = 0',
  lost: 'missing_now > 0',
  lost_page: 'NOT is_open AND NOT ended AND pushed > committed_seq',
  rejecting: "rejected <> '{}'",
}

const stateNames = Object.keys(states) as readonly SessionState[]
const statesOf = `arrayFilter(state -> state <> '', [${stateNames.map((name) => `if(${states[name]}, '${name}', '')`)}])`

/** Of the labels that it has, or of any that it had. */
const ofAnyLabels = (condition: string): string =>
  `(${condition} OR session_id IN (SELECT session_id FROM current_labels WHERE ${condition}))`

const texts = "mapValues(JSONExtract(ifNull(labels, '{}'), 'Map(String, String)'))"
const contains = (text: string): string => `positionCaseInsensitiveUTF8(${text}, {text:String}) > 0`
const label = (name: string): string => `JSONExtractString(ifNull(labels, ''), ${name})`

/** Each takes the parameter that it is called like. */
const conditions = {
  build: 'build = {build:String}',
  label: ofAnyLabels("JSONHas(ifNull(labels, ''), {label:String})"),
  value: ofAnyLabels(`${label('{label:String}')} = {value:String}`),
  player: ofAnyLabels(`${label("'player'")} = {player:String}`),
  text: `(${contains('session_id')} OR ${contains("ifNull(build, '')")} OR ${ofAnyLabels(`arrayExists(value -> ${contains('value')}, ${texts})`)})`,
  minLengthMs: 'length_ms >= {minLengthMs:Int64}',
  maxLengthMs: 'length_ms <= {maxLengthMs:Int64}',
  error: "(errors > 0) = ({error:String} = 'true')",
} as const

const standing = `NOT ended AND last_seen > {now:Int64} - ${heardMs} AS is_open,
    missing + if(is_open, 0, pushed - committed_seq) AS missing_now`

/** Sessions as they stand now. */
const sessionsNow = `SELECT *, ${standing} FROM current_sessions`

/**
 * The same, with what their events come to: of all sessions each event is read.
 *
 * @param where which of them
 */
const summarised = (where: string): string => `SELECT session.*, ${length} AS length_ms,
    ifNull(summary.errors, 0) AS errors, ${standing}
  FROM (SELECT * FROM current_sessions WHERE ${where}) AS session
  LEFT JOIN (
    SELECT session_id, countIf(match(type, ${quoteText(`(?i)${errorType}`)})) AS errors, min(corrected_us) AS first_us,
      max(corrected_us) AS last_us
    FROM current_events WHERE ${where} GROUP BY session_id
  ) AS summary USING (session_id)`

interface Totals {
  readonly total: number
  readonly missing: number
}

interface Place {
  readonly session_id: string
  readonly sort_key: number
}

interface FoundRow extends StoredRow {
  readonly errors: number
  readonly length_ms: number
  readonly states: readonly SessionState[]
}

/** @param wallMs the collector's clock, in ms since 1970 */
export function createSessionSearch(reader: Reader, wallMs: () => number): SessionSearch {
  return {
    async find(filter) {
      const now = wallMs()
      const { where, page, parameters } = searchOf(filter, now)
      const matching = `FROM (${isOfEvents(filter) ? summarised('true') : sessionsNow}) WHERE ${where}`
      const key = `toInt64(${sortKeys[filter.sort]})`
      const [[totals], places] = await Promise.all([
        reader.rows<Totals>(`SELECT count() AS total, sum(missing_now) AS missing ${matching}`, { parameters }),
        reader.rows<Place>(
          `SELECT session_id, ${key} AS sort_key ${matching} AND ${page}
            ORDER BY sort_key DESC, session_id DESC LIMIT ${filter.limit + 1}`,
          { parameters },
        ),
      ])
      const shown = places.slice(0, filter.limit)
      const last = shown.at(-1)
      return {
        sessions: await readFound(shown, now),
        total: totals?.total ?? 0,
        missing: totals?.missing ?? 0,
        next: places.length > filter.limit && last ? `${last.sort_key}.${last.session_id}` : null,
      }
    },
  }

  /** In the order of their places. */
  async function readFound(places: readonly Place[], now: number): Promise<readonly FoundSession[]> {
    if (places.length === 0) return []
    const named = `session_id IN (${places.map(({ session_id }) => quoteText(session_id)).join(', ')})`
    const sql = `SELECT ${recordColumns.join(', ')}, errors, length_ms, ${statesOf} AS states FROM (${summarised(named)})`
    const rows = await reader.rows<FoundRow>(sql, { parameters: { now } })
    const found = new Map(rows.map((row) => [row.session_id, sessionOf(row, now)]))
    return places.flatMap(({ session_id }) => found.get(session_id) ?? [])
  }
}

/** Does it ask for what happened in sessions? */
const isOfEvents = ({ error, minLengthMs, maxLengthMs, sort }: SessionFilter): boolean =>
  sort === 'length' || [error, minLengthMs, maxLengthMs].some((value) => value !== undefined)

/** What comes from outside is a parameter, never a part of the SQL. */
function searchOf(filter: SessionFilter, now: number) {
  const parameters: Record<string, string | number> = { now }
  // Those of a verification are shown to whoever asks for them.
  const where = [filter.label === verifyName ? 'true' : `NOT JSONHas(ifNull(labels, ''), '${verifyName}')`]
  for (const [name, condition] of Object.entries(conditions)) {
    const value = filter[name as keyof typeof conditions]
    if (value === undefined) continue
    parameters[name] = value
    // What has the value has the label.
    if (name !== 'label' || filter.value === undefined) where.push(condition)
  }
  if (filter.state !== undefined) where.push(`(${states[filter.state]})`)
  const cursor = /^(-?\d+)\.(.+)$/s.exec(filter.before ?? '')
  if (cursor) Object.assign(parameters, { key: cursor[1], id: cursor[2] })
  const page = cursor ? `(${sortKeys[filter.sort]}, session_id) < ({key:Int64}, {id:String})` : 'true'
  return { where: where.join(' AND '), page, parameters }
}

function sessionOf({ errors, length_ms: lengthMs, states: own, ...row }: FoundRow, now: number): FoundSession {
  const record = recordOfRow(row)
  return { ...ledgerOf(record, isOpen(record, now)), states: own, errors, lengthMs }
}
