/** Finds sessions: those that a filter lets through, in an order, page by page. */
import { verifyName } from '@downlink/protocol'
import type { DuckDBListValue, DuckDBValue } from '@duckdb/node-api'
import { recordOf, sessionJson } from '../store/session-rows.ts'
import { type Ledger, ledgerOf } from './ledgers.ts'
import { isPlayers } from './players-only.ts'
import type { Readers } from './readers.ts'
import { type SessionState, sessionStateNames, sessionStates, sessionsNow } from './session-states.ts'

/** All that is given has to be so of a session, now or with labels that it had. Text is compared as it is, unless it says otherwise. */
export interface SessionFilter {
  readonly build?: string
  /** It has a label of this name. */
  readonly label?: string
  /** Only with `label`: the label's value. */
  readonly value?: string
  /** The value of its label `player`. */
  readonly player?: string
  /** Part of its id, of its build, or of the value of a label, case aside. */
  readonly text?: string
  readonly state?: SessionState
  /** Has it an error event? */
  readonly error?: 'true' | 'false'
  readonly minLengthMs?: number
  readonly maxLengthMs?: number
  readonly sort: SessionSort
  readonly limit: number
  /** A page's `next`, of the same sort. */
  readonly before?: string
}

/** Whatever is most comes first. */
export type SessionSort = 'newest' | 'length' | 'events' | 'missing'

export interface FoundSession extends Ledger {
  readonly states: readonly SessionState[]
  /** How many of its stored events are error events. */
  readonly errors: number
  /** From the first of its stored events to the last; where its clock was set meanwhile, as long as it was heard of. */
  readonly lengthMs: number
}

export interface SessionPage {
  readonly sessions: readonly FoundSession[]
  /** Of all pages. */
  readonly total: number
  /** Events that the sessions of all pages lost. */
  readonly missing: number
  /** Give it as `before` for the next page; null on the last one. */
  readonly next: string | null
}

export interface SessionSearch {
  find(filter: SessionFilter): Promise<SessionPage>
}

export interface SessionSearchOptions {
  readonly readers: Readers
  /** Sessions that have a socket. */
  readonly openSessions: () => readonly string[]
}

/** No page is played offline for longer than that and then sent at once; a clock that is set meanwhile jumps by any time. */
const unheardMs = 86_400_000

const happenedMs = 'epoch_ms(last_event) - epoch_ms(first_event)'
const heardMs = 'epoch_ms(last_seen) - epoch_ms(first_seen)'
const lengthMs = `coalesce(CASE WHEN ${happenedMs} > ${heardMs} + ${unheardMs} THEN ${heardMs} ELSE ${happenedMs} END, 0)`

const sortKeys: Readonly<Record<SessionSort, string>> = {
  newest: 'epoch_ms(first_seen)',
  length: lengthMs,
  events: 'stored',
  missing: 'missing_now',
}

export const sessionSortNames = Object.keys(sortKeys) as readonly SessionSort[]

const inLabels =
  "len(list_filter(json_extract_string(labels, '$.*'), lambda value: contains(lower(value), lower($text)))) > 0"

/** Of the labels that it has, or of any that it had. */
const ofAnyLabels = (condition: string): string =>
  `(${condition} OR session_id IN (SELECT session_id FROM collector.earlier_labels WHERE ${condition}))`

/** Each takes the parameter that it is called like. */
const conditions = {
  build: 'build = $build',
  label: ofAnyLabels('json_exists(labels, $label)'),
  value: ofAnyLabels('json_extract_string(labels, $label) = $value'),
  player: ofAnyLabels("json_extract_string(labels, '/player') = $player"),
  text: `(contains(lower(session_id), lower($text)) OR contains(lower(build), lower($text)) OR ${ofAnyLabels(inLabels)})`,
  minLengthMs: `${lengthMs} >= $minLengthMs::BIGINT`,
  maxLengthMs: `${lengthMs} <= $maxLengthMs::BIGINT`,
} as const

/** Null for each state that a session is not in. */
const states = `[${sessionStateNames.map((state) => `CASE WHEN ${sessionStates[state]} THEN '${state}' END`).join(', ')}]`

export function createSessionSearch({ readers, openSessions }: SessionSearchOptions): SessionSearch {
  return {
    find: (filter) =>
      readers.run(async (connection) => {
        const { sql, values } = searchOf(filter, openSessions())
        const rows = (await connection.runAndReadAll(sql, values)).getRows()
        const [total, missing] = rows[0] ?? []
        // Totals are there without a session, too.
        const found = rows.filter(([, , record]) => record !== null)
        const page = found.slice(0, filter.limit)
        return {
          sessions: page.map(sessionOf),
          total: Number(total),
          missing: Number(missing),
          next: found.length > filter.limit ? String(page.at(-1)?.[3]) : null,
        }
      }),
  }
}

interface Search {
  readonly sql: string
  readonly values: Record<string, DuckDBValue>
}

/** What comes from outside is a value that is bound, never a part of the SQL. */
function searchOf(filter: SessionFilter, openSessions: readonly string[]): Search {
  const values: Record<string, DuckDBValue> = { open: JSON.stringify(openSessions) }
  // Those of a verification are shown to whoever asks for them.
  const where = [filter.label === verifyName ? 'true' : isPlayers.sessions]
  for (const [name, condition] of Object.entries(conditions)) {
    const value = filter[name as keyof typeof conditions]
    if (value === undefined) continue
    values[name] = typeof value === 'number' ? BigInt(value) : value
    // What has the value has the label.
    if (name !== 'label' || filter.value === undefined) where.push(condition)
  }
  if (filter.label !== undefined) values.label = `/${filter.label.replaceAll('~', '~0').replaceAll('/', '~1')}`
  if (filter.state !== undefined) where.push(sessionStates[filter.state])
  if (filter.error !== undefined) where.push(filter.error === 'true' ? 'error_events > 0' : 'error_events = 0')
  const cursor = /^(\d+)\.(.+)$/s.exec(filter.before ?? '')
  if (cursor) Object.assign(values, { key: BigInt(cursor[1] ?? 0), id: cursor[2] })
  // One more than asked for tells whether there is another page.
  const sql = `WITH matching AS MATERIALIZED (
      SELECT session_id, is_open, missing_now, ${sortKeys[filter.sort]} AS sort_key
      FROM (${sessionsNow}) WHERE ${where.join(' AND ')}
    ), page AS (
      FROM matching WHERE ${cursor ? '(sort_key, session_id) < ($key::BIGINT, $id)' : 'true'}
      ORDER BY sort_key DESC, session_id DESC LIMIT ${filter.limit + 1}
    )
    SELECT total, total_missing, record, place, is_open, error_events, length_ms, states
    FROM (SELECT count(*) AS total, coalesce(sum(missing_now), 0) AS total_missing FROM matching) LEFT JOIN (
      SELECT ${sessionJson} AS record, sort_key || '.' || session_id AS place, is_open, error_events, ${lengthMs} AS length_ms,
        ${states} AS states, sort_key, session_id
      FROM page JOIN sessions USING (session_id)
    ) ON true
    ORDER BY sort_key DESC, session_id DESC`
  return { sql, values }
}

function sessionOf([, , json, , isOpen, errors, lengthMs, states]: readonly DuckDBValue[]): FoundSession {
  return {
    ...ledgerOf(recordOf(String(json)), isOpen === true),
    states: (states as DuckDBListValue).items.filter((state) => state !== null).map(String) as SessionState[],
    errors: Number(errors),
    lengthMs: Number(lengthMs),
  }
}
