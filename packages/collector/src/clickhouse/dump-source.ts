/** Selects what is to be dumped out of ClickHouse: which rows of which view. */
import { inParentheses } from '../allowed-sql/validate-sql.ts'
import type { DumpRequest } from '../dump/dump-request.ts'
import type { Condition } from '../query/sandbox.ts'
import type { EventSelect } from './event-views.ts'
import { quoteText } from './quote.ts'

export interface DumpSource {
  /** The view whose columns are dumped, or what selects them. */
  readonly relation: string
  /** Those whose text is JSON. */
  readonly jsonColumns: ReadonlySet<string>
  /** What they are called by. */
  readonly alias: string
  /** That view, with `session` beside it where that is wanted. */
  readonly from: string
  readonly where: string
  /** Has to be judged before any of this runs. */
  readonly condition: Condition | undefined
}

const tables = {
  events: { name: 'events', alias: 'event' },
  rejected: { name: 'rejected_events', alias: 'rejection' },
  sessions: { name: 'sessions', alias: 'session' },
} as const

/** In our own tables. A payload's field may have any of these names. */
export const jsonColumns: ReadonlySet<string> = new Set([
  ...['data', 'envelope', 'context', 'labels', 'rejected', 'dropped'],
])

const joinSession = 'LEFT JOIN sessions AS session USING (session_id)'

/** The labels that a session had and has no more. */
const joinLabels = `LEFT JOIN (
    SELECT session_id, groupArray((from_seq, until_seq, labels)) AS earlier FROM current_labels GROUP BY session_id
  ) AS labelled USING (session_id)`

/** Those that the session of a row had then, where `joinLabels` is joined. */
export const labelsThen = (alias: string): string => {
  const then = `arrayFilter(one -> ${alias}.seq >= one.1 AND ${alias}.seq < one.2, labelled.earlier)`
  return `if(empty(${then}), session.labels, (${then})[1].3)`
}

/** Sessions once for all labels that each of them had before those that it has. */
const earlierSessions = `(SELECT one.* REPLACE (had.labels AS labels) FROM sessions AS one
  JOIN (SELECT session_id, labels FROM current_labels) AS had USING (session_id))`

/** @param ofType the events of the type that is asked for; undefined where it is not defined, or no columns of its own are wanted */
export function dumpSource(request: DumpRequest, ofType: EventSelect | undefined): DumpSource {
  const { table, where, withSession } = request
  if (table === 'labels') return labelsOf(dumpSource({ ...request, table: 'sessions' }, undefined))
  const { name, alias } = tables[table]
  const from = `FROM ${name} AS ${alias}`
  const joined = table === 'sessions' ? from : `${from} ${joinSession}`
  const described = withSession ? ` ${joinSession} ${joinLabels}` : ''
  const rows = rowConditions(request, alias)
  const matching = where === undefined ? rows : [...rows, matchingAnyLabels(table, where, rows)]
  const condition = where === undefined ? undefined : { sql: where, from: joined }
  if (ofType === undefined) {
    const isJoined = where !== undefined && !withSession
    return {
      ...{ alias, condition, jsonColumns },
      relation: name,
      from: isJoined ? joined : from + described,
      where: matching.join(' AND '),
    }
  }
  const relation = `(${ofType.sql})`
  const viewed = rowConditions({ ...request, type: undefined }, alias)
  // A condition is over the same columns whatever the file has: a type lacks some, and has others of any name.
  const match = `(${alias}.session_id, ${alias}.seq) IN (SELECT (${alias}.session_id, ${alias}.seq) ${joined} WHERE ${matching.join(' AND ')})`
  return {
    ...{ alias, condition, relation, jsonColumns: ofType.jsonColumns },
    from: `FROM ${relation} AS ${alias}${described}`,
    where: (where === undefined ? viewed : [...viewed, match]).join(' AND '),
  }
}

/** All labels of the sessions that are dumped. */
const labelsOf = ({ alias, from, where, condition }: DumpSource): DumpSource => ({
  ...{ relation: 'label_history', alias: 'history', condition, jsonColumns },
  from: `FROM label_history AS history`,
  where: `history.session_id IN (SELECT ${alias}.session_id ${from} WHERE ${where})`,
})

/** The condition, of the labels that a session has, or of any that it had. */
function matchingAnyLabels(table: keyof typeof tables, where: string, rows: readonly string[]): string {
  const { name, alias } = tables[table]
  const condition = inParentheses(where)
  const isOfSession = table === 'sessions'
  const key = isOfSession ? `${alias}.session_id` : `(${alias}.session_id, ${alias}.seq)`
  const earlier = isOfSession
    ? `FROM ${earlierSessions} AS ${alias}`
    : `FROM ${name} AS ${alias} JOIN ${earlierSessions} AS session USING (session_id)`
  return `(${condition} OR ${key} IN (SELECT ${key} ${earlier} WHERE ${[...rows, condition].join(' AND ')}))`
}

type RowFilter = Pick<DumpRequest, 'table'> & {
  readonly [Name in 'type' | 'session' | 'since' | 'until']?: DumpRequest[Name] | undefined
}

function rowConditions({ table, type, session, since, until }: RowFilter, alias: string): readonly string[] {
  // A session is heard of for a while; a row comes at one time.
  const [last, first] = table === 'sessions' ? ['last_seen', 'first_seen'] : ['received_at', 'received_at']
  const timeOf = (ms: number) => `fromUnixTimestamp64Milli(toInt64(${ms}), 'UTC')`
  return [
    'true',
    ...(type === undefined ? [] : [`${alias}.type = ${quoteText(type)}`]),
    ...(session === undefined ? [] : [`${alias}.session_id = ${quoteText(session)}`]),
    ...(since === undefined ? [] : [`${alias}.${last} >= ${timeOf(since)}`]),
    ...(until === undefined ? [] : [`${alias}.${first} < ${timeOf(until)}`]),
  ]
}
