/** Narrows a query to a span, a build and labels, by giving it tables of the same names that hold no more than that. */

import { quoteKeys, quoteName, quoteText } from '../quote-sql.ts'
import { secondsOf } from './bind-question.ts'

/** As it stands in the address. */
export interface Narrowing {
  /** ISO 8601 in UTC, or `-7d`: so long ago. */
  readonly from?: string
  readonly to?: string
  readonly build?: string
  readonly labels: ReadonlyMap<string, string>
}

/** Columns by table or view, in their order. */
export type Schema = ReadonlyMap<string, readonly { readonly name: string; readonly type: string }[]>

export const isNarrowed = ({ from, to, build, labels }: Narrowing): boolean =>
  from !== undefined || to !== undefined || build !== undefined || labels.size > 0

/**
 * What a query reads is narrowed, whatever it does with it; `main.events` is still all of them.
 *
 * @example narrowSql('SELECT count(*) FROM events', { build: '1.4', labels: new Map() }, schema)
 * @throws {Error} for a time that is none, and a table that can't stand after WITH
 */
export function narrowSql(sql: string, narrowing: Narrowing, schema: Schema): string {
  if (!isNarrowed(narrowing)) return sql
  const tables: string[] = []
  for (const [table, columns] of schema) {
    if (!isNamed(sql, table) || !columns.some(({ name }) => name === 'session_id')) continue
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(table)) {
      throw new Error(`The view "${table}" can't be narrowed, for its name is no plain word: read it from events.`)
    }
    const conditions = conditionsFor(
      table,
      columns.map(({ name }) => name),
      narrowing,
    )
    const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''
    tables.push(`${quoteName(table)} AS NOT MATERIALIZED (SELECT * FROM main.${quoteName(table)}${where})`)
  }
  if (tables.length === 0) return sql
  const [start, comments = '', withWord] = withStart.exec(sql) ?? ['']
  const rest = sql.slice(start.length)
  const first = `${comments}${withWord ?? 'WITH '}${tables.join(',\n')}`
  return withWord === undefined ? `${first}\n${rest}` : `${first},\n${rest}`
}

/** A query has one WITH: the tables come before its own names. */
const withStart = /^((?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*)(WITH(?:\s+RECURSIVE)?\b\s*)?/i

/** Outside of text and comments; also where it is only a column, which costs nothing. */
function isNamed(sql: string, table: string): boolean {
  const code = sql.replaceAll(/'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, ' ').toLowerCase()
  const name = table.toLowerCase()
  return code.split(/[^\p{L}\p{N}_]+/u).includes(name) || code.includes(quoteName(name))
}

function conditionsFor(table: string, columns: readonly string[], narrowing: Narrowing): readonly string[] {
  const ofSession = sessionConditions(narrowing)
  if (table === 'sessions') return [...spanOfSession(narrowing), ...ofSession]
  const time = ['corrected_ts', 'received_at'].find((column) => columns.includes(column))
  const inSessions = [...(time === undefined ? spanOfSession(narrowing) : []), ...ofSession]
  return [
    ...(time === undefined ? [] : timeConditions(time, narrowing)),
    ...(inSessions.length === 0
      ? []
      : [`session_id IN (SELECT session_id FROM main.sessions WHERE ${inSessions.join(' AND ')})`]),
  ]
}

const sessionConditions = ({ build, labels }: Narrowing): readonly string[] => {
  const labelled = [...labels].map(([label, value]) => `(labels->>${quoteKeys([label])}) = ${quoteText(value)}`)
  return [
    ...(build === undefined ? [] : [`build = ${quoteText(build)}`]),
    // One that had them all at once, at any time.
    ...(labelled.length === 0
      ? []
      : [`session_id IN (SELECT session_id FROM main.label_history WHERE ${labelled.join(' AND ')})`]),
  ]
}

const timeConditions = (column: string, { from, to }: Narrowing): readonly string[] => [
  ...(from === undefined ? [] : [`${column} >= ${timeOf(from)}`]),
  ...(to === undefined ? [] : [`${column} < ${timeOf(to)}`]),
]

/** A session is of a span in which one of its events happened; or it was heard of, where nothing of it is stored. */
function spanOfSession(narrowing: Narrowing): readonly string[] {
  const happened = timeConditions('corrected_ts', narrowing)
  if (happened.length === 0) return []
  const heardOf = ['stored = 0', ...timeConditions('last_seen', narrowing)]
  return [
    `(session_id IN (SELECT session_id FROM main.events WHERE ${happened.join(' AND ')}) OR (${heardOf.join(' AND ')}))`,
  ]
}

function timeOf(time: string): string {
  const ago = agoMs(time)
  if (ago !== undefined) return `now()::TIMESTAMP - to_seconds(${ago / 1000})`
  const at = utcMs(time)
  if (at === undefined) throw new Error(`Expected a time such as 2026-01-31, 2026-01-31T12:00 or -7d, got ${time}`)
  return `TIMESTAMP ${quoteText(new Date(at).toISOString().replace('Z', ''))}`
}

/** @example agoMs('-1h') === 3600000 */
export function agoMs(time: string): number | undefined {
  const seconds = time.startsWith('-') ? secondsOf(time.slice(1)) : undefined
  return seconds === undefined ? undefined : seconds * 1000
}

/** Milliseconds since 1970; undefined for a time that is none. */
export function utcMs(time: string): number | undefined {
  const at = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(time) ? time : `${time}Z`)
  return Number.isNaN(at) ? undefined : at
}
