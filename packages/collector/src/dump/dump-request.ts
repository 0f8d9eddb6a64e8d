/** Describes what is to be dumped, and selects it: which rows of which table. */

import { inParentheses } from '../allowed-sql/validate-sql.ts'
import { earlierSessions } from '../query/label-history.ts'
import { quoteName, quoteText } from '../query/quote.ts'
import type { ReadStore } from '../query/read-store.ts'
import type { Condition } from '../query/sandbox.ts'

export type DumpFormat = 'parquet' | 'csv' | 'ndjson'

export type DumpTable = 'events' | 'sessions' | 'rejected' | 'labels'

/** All that is given has to be so of a row. */
export interface DumpRequest {
  readonly format: DumpFormat
  readonly table: DumpTable
  /** Only with events. One that is defined has the columns of its view, but for NDJSON, which has whole events. */
  readonly type?: string
  readonly session?: string
  /** Received at this time or later, in ms since 1970; of sessions, and so of their labels: heard of then. */
  readonly since?: number
  /** Received before this time. */
  readonly until?: number
  /**
   * A condition over the columns of the table and of `sessions`. A session is one with any labels that it has or had. Of
   * labels it picks sessions, with all that each of them has and had.
   */
  readonly where?: string
  /** Of events and rejected events: what describes the session, beside each row. */
  readonly withSession?: 'true'
}

/** Why a request can't be served; undefined where it can. */
export function dumpRequestFault({ table, type, withSession, since, until }: DumpRequest): string | undefined {
  if (table !== 'events' && type !== undefined) return 'Expected `type` with `table=events` alone'
  const isOfSession = table === 'sessions' || table === 'labels'
  if (isOfSession && withSession) return 'Expected `withSession` with events or rejected'
  if (since !== undefined && until !== undefined && since >= until) return 'Expected `since` to be before `until`'
  return undefined
}

export interface DumpSource {
  /** The table or view whose columns are dumped. */
  readonly relation: string
  /** What they are called by. */
  readonly alias: string
  /** That relation, with `session` beside it where that is wanted. */
  readonly from: string
  readonly where: string
  /** Has to be judged before any of this runs. */
  readonly condition: Condition | undefined
  /** Tells the bytes of the longest text. */
  readonly measure: string
}

const tables = {
  events: { name: 'events', alias: 'event', longest: 'data' },
  rejected: { name: 'rejected_events', alias: 'rejection', longest: 'raw' },
  sessions: { name: 'sessions', alias: 'session', longest: 'labels' },
} as const

const joinSession = 'LEFT JOIN sessions AS session USING (session_id)'

/** The labels that a row's session had then, and has no more, under names that no condition has. */
const joinLabels = (alias: string): string => `LEFT JOIN (
    SELECT session_id AS labelled_session, from_seq AS labelled_from, until_seq AS labelled_until, labels AS earlier_labels
    FROM collector.earlier_labels
  ) ON labelled_session = ${alias}.session_id AND ${alias}.seq >= labelled_from AND ${alias}.seq < labelled_until`

/** What they are in the columns of a dump. */
export const labelsThen = 'CASE WHEN labelled_session IS NULL THEN session.labels ELSE earlier_labels END'

export async function dumpSource(request: DumpRequest, viewOf: ReadStore['viewOf']): Promise<DumpSource> {
  const { format, table, type, where, withSession } = request
  if (table === 'labels') return labelsOf(await dumpSource({ ...request, table: 'sessions' }, viewOf))
  const { name, alias, longest } = tables[table]
  const view = type === undefined || format === 'ndjson' ? undefined : await viewOf(type)
  const from = `FROM ${name} AS ${alias}`
  const joined = table === 'sessions' ? from : `${from} ${joinSession}`
  const described = withSession ? ` ${joinSession} ${joinLabels(alias)}` : ''
  const rows = rowConditions(request, alias)
  const matching = where === undefined ? rows : [...rows, matchingAnyLabels(table, where, rows)]
  const source = {
    alias,
    condition: where === undefined ? undefined : { sql: where, from: joined },
    measure: `SELECT max(strlen(${longest})) ${from} WHERE ${rows.join(' AND ')}`,
  }
  if (view === undefined) {
    const isJoined = where !== undefined && !withSession
    return { ...source, relation: name, from: isJoined ? joined : from + described, where: matching.join(' AND ') }
  }
  const relation = quoteName(view)
  const viewed = rowConditions({ ...request, type: undefined }, alias)
  // A condition is over the same columns whatever the file has: a view lacks some, and has others of any name.
  const match = `(${alias}.session_id, ${alias}.seq) IN (SELECT (${alias}.session_id, ${alias}.seq) ${joined} WHERE ${matching.join(' AND ')})`
  return {
    ...source,
    relation,
    from: `FROM ${relation} AS ${alias}${described}`,
    where: (where === undefined ? viewed : [...viewed, match]).join(' AND '),
  }
}

/** All labels of the sessions that are dumped. */
const labelsOf = ({ alias, from, where, condition }: DumpSource): DumpSource => ({
  relation: 'label_history',
  alias: 'history',
  // Before the table, so that a condition can't name its columns.
  from: `FROM (SELECT ${alias}.session_id ${from} WHERE ${where}) AS picked JOIN label_history AS history USING (session_id)`,
  where: 'true',
  condition,
  measure: 'SELECT max(strlen(labels)) FROM label_history',
})

/** The condition, of the labels that a session has, or of any that it had. */
function matchingAnyLabels(table: keyof typeof tables, where: string, rows: readonly string[]): string {
  const { name, alias } = tables[table]
  const condition = inParentheses(where)
  const [key, earlier] =
    table === 'sessions'
      ? [`${alias}.session_id`, `FROM ${earlierSessions} AS ${alias}`]
      : [
          `(${alias}.session_id, ${alias}.seq)`,
          `FROM ${name} AS ${alias} JOIN ${earlierSessions} AS session USING (session_id)`,
        ]
  return `(${condition} OR ${key} IN (SELECT ${key} ${earlier} WHERE ${[...rows, condition].join(' AND ')}))`
}

type RowFilter = Pick<DumpRequest, 'table'> & {
  readonly [Name in 'type' | 'session' | 'since' | 'until']?: DumpRequest[Name] | undefined
}

function rowConditions({ table, type, session, since, until }: RowFilter, alias: string): readonly string[] {
  // A session is heard of for a while; a row comes at one time.
  const [last, first] = table === 'sessions' ? ['last_seen', 'first_seen'] : ['received_at', 'received_at']
  return [
    'true',
    ...(type === undefined ? [] : [`${alias}.type = ${quoteText(type)}`]),
    ...(session === undefined ? [] : [`${alias}.session_id = ${quoteText(session)}`]),
    ...(since === undefined ? [] : [`${alias}.${last} >= make_timestamp_ms(${since})`]),
    ...(until === undefined ? [] : [`${alias}.${first} < make_timestamp_ms(${until})`]),
  ]
}
