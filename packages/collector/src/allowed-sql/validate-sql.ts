/** Validates SQL that somebody wrote, before the database binds it: a query, or the condition of one of ours. */
import { createHash } from 'node:crypto'
import { messageOf } from '@downlink/protocol'
import type { DuckDBConnection } from '@duckdb/node-api'
import { CollectorError } from '../errors.ts'
import { damageOf } from '../store/failures.ts'
import { inspectSql } from './inspect-sql.ts'
import { inspectText } from './inspect-text.ts'
import { Refusal, type SqlNode } from './sql-tree.ts'

/** Tables and views that may be read, by their names in lower case, and how many columns each has. */
export type ReadableRelations = ReadonlyMap<string, number>

/**
 * Refuses what no parser need see.
 *
 * @param what the text is to be, in words
 * @throws {CollectorError} `bad_sql`
 */
export function checkSqlText(sql: string, maxLength: number, what: string): void {
  if (typeof sql !== 'string' || sql.trim() === '') throw new CollectorError('bad_sql', `Expected ${what}`)
  if (sql.length > maxLength) {
    throw new CollectorError('bad_sql', `Expected ${what} of at most ${maxLength} characters, got ${sql.length}`)
  }
  // The database's parser ends at a NUL; nobody shall see another query than the one that runs.
  if (sql.includes('\0')) throw new CollectorError('bad_sql', 'Expected SQL without NUL')
}

/** @throws {CollectorError} `bad_sql`, `forbidden_sql`; {Refusal} */
export async function validateQuery(
  connection: DuckDBConnection,
  sql: string,
  relations: ReadableRelations,
): Promise<void> {
  inspectText(sql)
  const statements = await parse(connection, sql)
  if (statements?.length !== 1) throw notOneSelect(sql)
  inspectSql(statements, relations)
}

/** What may follow a statement: its end, white space and comments; quoted text, in which that stands for itself; or words. */
const statementTokens = /((?:--.*|\/\*[\s\S]*?\*\/|[;\s])+)|'[^']*'|"[^"]*"|[^'"\s;/-]+|[/-]/g

/** The query in brackets, without what ends a statement and what stands behind it. */
export function subqueryOf(sql: string): string {
  let end = 0
  for (const { 0: token, 1: following, index } of sql.matchAll(statementTokens)) {
    if (following === undefined) end = index + token.length
  }
  return inParentheses(sql.slice(0, end))
}

/**
 * Judges a query that is to stand in brackets behind FROM.
 *
 * @throws {CollectorError} `bad_sql`, `forbidden_sql`; {Refusal}
 */
export async function validateSubquery(
  connection: DuckDBConnection,
  sql: string,
  subquery: string,
  relations: ReadableRelations,
): Promise<void> {
  // Alone it has to be whole, so that no bracket, quote or comment of it ends outside.
  await validateQuery(connection, sql, relations)
  await validateQuery(connection, `SELECT * FROM ${subquery}`, relations)
}

/**
 * Judges what is to stand behind WHERE, in parentheses, by the rules of queries.
 *
 * @param from the FROM clause that its columns are of
 * @throws {CollectorError} `bad_sql`, `forbidden_sql`; {Refusal}
 */
export async function validateCondition(
  connection: DuckDBConnection,
  condition: string,
  from: string,
  relations: ReadableRelations,
): Promise<void> {
  // Alone it has to be whole, so that no bracket, quote or comment of it ends outside.
  const alone = await parse(connection, `SELECT 1 WHERE ${condition}\n`)
  if (alone?.length !== 1) throw new CollectorError('forbidden_sql', 'Expected one condition, as behind WHERE.')
  await validateQuery(connection, `SELECT 1 ${from} WHERE ${inParentheses(condition)}`, relations)
}

/** On a line of its own, for it may end with a comment. */
export const inParentheses = (condition: string): string => `(${condition}\n)`

/** The syntax trees of SELECTs; undefined where it is another statement. */
async function parse(connection: DuckDBConnection, sql: string): Promise<readonly SqlNode[] | undefined> {
  const text = await connection.runAndReadAll(
    'SELECT json_serialize_sql($1::VARCHAR, skip_null := true, skip_empty := true, skip_default := true)::VARCHAR',
    [sql],
  )
  const parsed = JSON.parse(String(text.getRows()[0]?.[0])) as SerializedSql
  if (parsed.error && parsed.error_type === 'parser') throw new CollectorError('bad_sql', String(parsed.error_message))
  return parsed.error ? undefined : parsed.statements
}

interface SerializedSql {
  readonly error: boolean
  readonly error_type?: string
  readonly error_message?: string
  readonly statements?: readonly SqlNode[]
}

/** A PIVOT without its values is a SELECT to whoever wrote it, and more than one statement to the database. */
export function notOneSelect(sql: string): CollectorError {
  const advice = /\bpivot\b/i.test(sql) ? ' PIVOT needs its values: PIVOT … ON column IN (…).' : ''
  return new CollectorError('forbidden_sql', `Expected one SELECT.${advice} Nothing can be written from here.`)
}

/** What a judge or the database says of a query, as whoever wrote it is told. DuckDB names the kind at the start of its message. */
export function queryErrorOf(cause: unknown): CollectorError {
  if (cause instanceof CollectorError) return cause
  if (cause instanceof Refusal) return new CollectorError('forbidden_sql', cause.message)
  const message = messageOf(cause)
  if (/^Out of Memory Error/.test(message)) {
    return new CollectorError('query_too_large', 'The query needs too much memory. Narrow it with WHERE, or aggregate.')
  }
  if (damageOf(cause) !== undefined) {
    const advice = 'Ask for less, or stop the collector and run `downlink doctor --repair`.'
    return new CollectorError(
      'data_damaged',
      `A part of the database is damaged, and all else can be read. ${advice}`,
      { cause },
    )
  }
  if (/^INTERNAL Error/.test(message)) {
    // Of the query's own making, so asking again is of no use. A stack of the engine follows.
    return new CollectorError('bad_sql', `The database fails at this query: ${message.split('\n', 1)}`, { cause })
  }
  // What a Parquet file can't hold, such as a negative interval, is the query's own doing.
  if (/^(FATAL|IO|TransactionContext) Error(?!: Parquet)/.test(message)) {
    return new CollectorError('store_unavailable', "The database can't be read now.", { cause })
  }
  return new CollectorError('bad_sql', message)
}

/** Quoted text, which stays; white space and comments, which count as one space; or words, whose case does not matter. */
const tokens = /('[^']*'|"[^"]*")|((?:--.*|\/\*[\s\S]*?\*\/|\s)+)|[^'"\s/-]+/g

/** @example queryFingerprint('SELECT 1') === queryFingerprint('select  1 -- one') */
export function queryFingerprint(sql: string): string {
  const normal = sql.replaceAll(tokens, (token: string, quoted?: string, blank?: string) =>
    blank === undefined ? (quoted ?? token.toLowerCase()) : ' ',
  )
  return createHash('sha256').update(normal.trim()).digest('hex')
}
