/** Splits a question's SQL at its parameters, so that nobody after it has to tell `$name` from text. */
import { queryDefaults } from '../query/query-limits.ts'
import { LineProblem } from './line-problem.ts'

/** Text, or the name of the parameter whose value stands there. */
export type SqlPart = string | { readonly parameter: string }

/** Text and names in quotes, and comments, in which a `$` is only a `$`; then what a `$` begins. */
const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$?/g

/**
 * @example splitSql('type = $event', ['event']) // ['type = ', { parameter: 'event' }]
 * @throws {LineProblem}
 */
export function splitSql(sql: string, parameters: readonly string[]): readonly SqlPart[] {
  const { maxSqlLength } = queryDefaults
  if (sql.trim() === '') throw new LineProblem('one SELECT after the header', '')
  if (sql.length > maxSqlLength) throw new LineProblem(`at most ${maxSqlLength} characters of SQL`, String(sql.length))
  const parts: SqlPart[] = []
  const used = new Set<string>()
  let end = 0
  for (const { 0: token, 1: name, index } of sql.matchAll(tokens)) {
    if (name === undefined) continue
    // A value in quotes that touches other text would be part of it: E'…', or 'a''b'.
    if (/[\w'"]$/.test(sql.slice(0, index)) || /^['"]/.test(sql.slice(index + token.length))) {
      throw new LineProblem(`a blank or an operator around ${token}`, 'none', lineOf(sql, index))
    }
    if (token.endsWith('$') || !parameters.includes(name)) {
      const expected = parameters.map((parameter) => `$${parameter}`).join(', ') || 'no parameter'
      throw new LineProblem(expected, token, lineOf(sql, index))
    }
    parts.push(sql.slice(end, index), { parameter: name })
    used.add(name)
    end = index + token.length
  }
  const idle = parameters.find((parameter) => !used.has(parameter))
  if (idle !== undefined) throw new LineProblem(`$${idle} in the SQL`, 'none')
  return [...parts, sql.slice(end)]
}

const lineOf = (sql: string, index: number): number => sql.slice(0, index).split('\n').length - 1
