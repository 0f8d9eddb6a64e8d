/** Narrows a query to a span, a build and labels, by giving it tables of the same names that hold no more than that. */
import type { Dialect } from '../dialect/dialect.ts'
import { secondsOf } from './bind-question.ts'

/** As it stands in the address. */
export interface Narrowing {
  /** ISO 8601 in UTC, or `-7d`: so long ago. */
  readonly from?: string
  readonly to?: string
  readonly build?: string
  readonly labels: ReadonlyMap<string, string>
}

/** What SQL can name. */
export interface Schema {
  /** Before a table's name: all of it, whatever the query is narrowed to. */
  readonly database: string
  /** Columns by table or view, in their order. */
  readonly tables: ReadonlyMap<string, readonly { readonly name: string; readonly type: string }[]>
}

export const isNarrowed = ({ from, to, build, labels }: Narrowing): boolean =>
  from !== undefined || to !== undefined || build !== undefined || labels.size > 0

/**
 * What a query reads is narrowed, whatever it does with it; `main.events` is still all of them, or that of another database.
 *
 * @example narrowSql('SELECT count(*) FROM events', { build: '1.4', labels: new Map() }, schema, duckdb)
 * @throws {Error} for a time that is none, and a table that can't stand after WITH
 */
export function narrowSql(sql: string, narrowing: Narrowing, { database, tables }: Schema, dialect: Dialect): string {
  if (!isNarrowed(narrowing)) return sql
  const writer = createConditions(narrowing, database, dialect)
  const narrowed: string[] = []
  for (const [table, columns] of tables) {
    if (!isNamed(sql, table, dialect) || !columns.some(({ name }) => name === 'session_id')) continue
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(table)) {
      throw new Error(`The view "${table}" can't be narrowed, for its name is no plain word: read it from events.`)
    }
    const conditions = writer.of(
      table,
      columns.map(({ name }) => name),
    )
    const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''
    narrowed.push(dialect.narrowed(database, table, where))
  }
  if (narrowed.length === 0) return sql
  const [start, comments = '', withWord] = withStart.exec(sql) ?? ['']
  const rest = sql.slice(start.length)
  const first = `${comments}${withWord ?? 'WITH '}${narrowed.join(',\n')}`
  return withWord === undefined ? `${first}\n${rest}` : `${first},\n${rest}`
}

/** A query has one WITH: the tables come before its own names. */
const withStart = /^((?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*)(WITH(?:\s+RECURSIVE)?\b\s*)?/i

/** Outside of text and comments; also where it is only a column, which costs nothing. */
function isNamed(sql: string, table: string, { quoteName }: Dialect): boolean {
  const code = sql.replaceAll(/'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, ' ').toLowerCase()
  const name = table.toLowerCase()
  return code.split(/[^\p{L}\p{N}_]+/u).includes(name) || code.includes(quoteName(name))
}

/** Writes conditions over the columns of a table. */
function createConditions({ from, to, build, labels }: Narrowing, database: string, dialect: Dialect) {
  const { quoteText, textAt } = dialect
  const labelled = [...labels].map(([label, value]) => `${textAt('labels', label)} = ${quoteText(value)}`)
  const ofSession = [
    ...(build === undefined ? [] : [`build = ${quoteText(build)}`]),
    // One that had them all at once, at any time.
    ...(labelled.length === 0 ? [] : [sessionIn('label_history', labelled)]),
  ]
  return {
    of(table: string, columns: readonly string[]): readonly string[] {
      if (table === 'sessions') return [...spanOfSession(), ...ofSession]
      const time = ['corrected_ts', 'received_at'].find((column) => columns.includes(column))
      const inSessions = [...(time === undefined ? spanOfSession() : []), ...ofSession]
      return [
        ...(time === undefined ? [] : timeConditions(time)),
        ...(inSessions.length === 0 ? [] : [sessionIn('sessions', inSessions)]),
      ]
    },
  }

  function sessionIn(table: string, conditions: readonly string[]): string {
    return `session_id IN (SELECT session_id FROM ${database}.${table} WHERE ${conditions.join(' AND ')})`
  }

  function timeConditions(column: string): readonly string[] {
    return [
      ...(from === undefined ? [] : [`${column} >= ${timeOf(from, dialect)}`]),
      ...(to === undefined ? [] : [`${column} < ${timeOf(to, dialect)}`]),
    ]
  }

  /** A session is of a span in which one of its events happened; or it was heard of, where nothing of it is stored. */
  function spanOfSession(): readonly string[] {
    const happened = timeConditions('corrected_ts')
    if (happened.length === 0) return []
    const heardOf = ['stored = 0', ...timeConditions('last_seen')]
    return [`(${sessionIn('events', happened)} OR (${heardOf.join(' AND ')}))`]
  }
}

function timeOf(time: string, { timeAgo, timeAt }: Dialect): string {
  const ago = agoMs(time)
  if (ago !== undefined) return timeAgo(ago)
  const at = utcMs(time)
  if (at === undefined) throw new Error(`Expected a time such as 2026-01-31, 2026-01-31T12:00 or -7d, got ${time}`)
  return timeAt(at)
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
