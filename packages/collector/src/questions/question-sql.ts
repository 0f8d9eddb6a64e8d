/** Splits a question's SQL at its parameters, so that nobody after it has to tell `$name` from text. */
import { queryDefaults } from '../query/query-limits.ts'
import type { SqlDialect } from '../query/sql-dialect.ts'
import { LineProblem } from './line-problem.ts'
import type { QuestionParameter } from './question-parameter.ts'

/** Text, or the name of the parameter whose value stands there. */
export type SqlPart = string | { readonly parameter: string }

/**
 * What the database would read otherwise than we do; text and names in quotes, and comments, in which a `$` is only a `$`;
 * what a `$` begins; a start without an end. Where the database would see another end than we do, a value could leave its
 * quotes: that is refused. In DuckDB's dialect that is text with backslashes; in ClickHouse's these are in any quotes, names
 * have quotes of a third kind, and there are comments and quotes that no other dialect has.
 */
const tokens: Readonly<Record<SqlDialect, RegExp>> = {
  duckdb:
    /(?<foreign>(?<![a-z_])E')|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\r\n]*|(?<comment>\/\*[\s\S]*?\*\/)|\$(?<name>\w*)\$?|(?<open>['"]|\/\*)/gi,
  clickhouse:
    /'(?:[^'\\]|'')*'|"(?:[^"\\]|"")*"|`(?:[^`\\]|``)*`|--[^\r\n]*|(?<comment>\/\*[\s\S]*?\*\/)|\$(?<name>\w*)\$?|(?<foreign>['"`][^'"`\\]*\\|#|[‘’“”−])|(?<open>['"`]|\/\*)/gi,
}

const expectations: Readonly<Record<SqlDialect, string>> = {
  duckdb: 'text without an E before it',
  clickhouse: 'text and names in plain quotes, without a backslash, and comments behind -- or within /* */',
}

/**
 * @example splitSql('type = $event', ['event'], 'duckdb') // ['type = ', { parameter: 'event' }]
 * @throws {LineProblem}
 */
export function splitSql(sql: string, parameters: readonly string[], dialect: SqlDialect): readonly SqlPart[] {
  const { maxSqlLength } = queryDefaults
  if (sql.trim() === '') throw new LineProblem('one SELECT after the header', '')
  if (sql.length > maxSqlLength) throw new LineProblem(`at most ${maxSqlLength} characters of SQL`, String(sql.length))
  const parts: SqlPart[] = []
  const used = new Set<string>()
  let end = 0
  for (const { 0: token, groups = {}, index } of sql.matchAll(tokens[dialect])) {
    const { foreign, comment, name, open } = groups
    const refuse = (expected: string, got = 'none') => new LineProblem(expected, got, lineOf(sql, index))
    if (foreign !== undefined) throw refuse(expectations[dialect], foreign)
    if (comment?.includes('/*', 2)) throw refuse('no comment within a comment', comment)
    if (open !== undefined) throw refuse(`an end of what ${open} begins`)
    if (name === undefined) continue
    // A value in quotes that touches other text would be part of it: X'…', or 'a''b'.
    if (/[\w'"]$/.test(sql.slice(0, index)) || /^['"]/.test(sql.slice(index + token.length))) {
      throw refuse(`a blank or an operator around ${token}`)
    }
    if (token.endsWith('$') || !parameters.includes(name)) {
      const expected = parameters.map((parameter) => `$${parameter}`).join(', ') || 'no parameter'
      throw refuse(expected, token)
    }
    parts.push(sql.slice(end, index), { parameter: name })
    used.add(name)
    end = index + token.length
  }
  const idle = parameters.find((parameter) => !used.has(parameter))
  if (idle !== undefined) throw new LineProblem(`$${idle} in the SQL`, 'none')
  return [...parts, sql.slice(end)]
}

/** As it is asked once something is picked for each parameter. */
export function exampleSql({ parameters, sql }: AskedQuestion, dialect: SqlDialect): string {
  const values = new Map(parameters.map(({ name, kind }) => [name, exampleValue(kind, dialect)]))
  return sql.map((part) => (typeof part === 'string' ? part : values.get(part.parameter))).join('')
}

interface AskedQuestion {
  readonly parameters: readonly QuestionParameter[]
  readonly sql: readonly SqlPart[]
}

function exampleValue(kind: QuestionParameter['kind'], dialect: SqlDialect): string {
  switch (kind) {
    case 'number':
      return '1'
    case 'span':
      return dialect === 'duckdb' ? 'to_seconds(1)' : '1'
    case 'types':
      return "['x']"
    default:
      return "'x'"
  }
}

const lineOf = (sql: string, index: number): number => sql.slice(0, index).split('\n').length - 1
