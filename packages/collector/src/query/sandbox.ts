/**
 * Runs SQL in a sandbox: one SELECT over our own tables, with functions that only compute, for a limited time, and a limited answer.
 * Three walls stand behind one another: the tree is judged here, the transaction can't write, and the database is hardened.
 */

import { createHash } from 'node:crypto'
import { messageOf } from '@downlink/protocol'
import { type DuckDBConnection, type DuckDBPreparedStatement, StatementType } from '@duckdb/node-api'
import { CollectorError } from '../errors.ts'
import { damageOf } from '../store/failures.ts'
import { inspectSql } from './inspect-sql.ts'
import { inspectText } from './inspect-text.ts'
import type { QueryLimits } from './query-limits.ts'
import type { Readers } from './readers.ts'
import { type QueryResult, StreamFailure, type WritePiece, writeResult } from './result-text.ts'
import { Refusal, type SqlNode } from './sql-tree.ts'

export interface Sandbox {
  /**
   * Writes the answer as the JSON text of a `QueryResult`. `write` is told by the signal to wait no longer.
   *
   * @throws {CollectorError} `bad_sql`, `forbidden_sql`, `query_timeout`, `query_too_large`, `query_busy`,
   * `query_interrupted`, `query_killed`, `store_unavailable`, `data_damaged`. Where something was written, `brokenEnd` completes it.
   */
  answer(sql: string, write: WriteAnswer, signal?: AbortSignal): Promise<void>
  /** The same as an object. Throws as `answer` does. */
  query(sql: string, signal?: AbortSignal): Promise<QueryResult>
}

/** Resolves once there is room for more; rejects with the signal. */
export type WriteAnswer = (text: string, isLast: boolean, stopped: AbortSignal) => Promise<void>

export interface SandboxOptions {
  readonly readers: Readers
  readonly limits: QueryLimits
  /** Tables and views that may be read, by their names in lower case, and how many columns each has. */
  readonly readable: () => Promise<ReadonlyMap<string, number>>
  /** Has the query with this fingerprint ended the store too often of late? */
  readonly isBanned?: (fingerprint: string) => boolean
}

export function createSandbox({ readers, limits, readable, isBanned = () => false }: SandboxOptions): Sandbox {
  return {
    answer,
    async query(sql, signal) {
      const pieces: string[] = []
      await answer(sql, async (text) => void pieces.push(text), signal)
      return JSON.parse(pieces.join('')) as QueryResult
    },
  }

  async function answer(sql: string, write: WriteAnswer, signal?: AbortSignal): Promise<void> {
    const { maxSqlLength } = limits
    if (typeof sql !== 'string' || sql.trim() === '') throw new CollectorError('bad_sql', 'Expected a SELECT')
    if (sql.length > maxSqlLength) {
      throw new CollectorError('forbidden_sql', `Expected at most ${maxSqlLength} characters, got ${sql.length}`)
    }
    // The database's parser ends at a NUL; nobody shall see another query than the one that runs.
    if (sql.includes('\0')) throw new CollectorError('bad_sql', 'Expected SQL without NUL')
    const fingerprint = queryFingerprint(sql)
    if (isBanned(fingerprint)) throw banned()
    try {
      const relations = await readable()
      await readers.run(
        async (connection, stopped) => {
          inspectText(sql)
          inspectSql(await parse(connection, sql), relations)
          await run(connection, sql, (text, isLast) => write(text, isLast, stopped))
        },
        { fingerprint, ...(signal && { signal }) },
      )
    } catch (error) {
      if (error instanceof Refusal) throw new CollectorError('forbidden_sql', error.message)
      throw error instanceof CollectorError ? error : queryErrorOf(error)
    }
  }

  async function run(connection: DuckDBConnection, sql: string, write: WritePiece): Promise<void> {
    const statement = await connection.prepare(sql)
    try {
      if (statement.statementType !== StatementType.SELECT) throw notOneSelect(sql)
      await writeResult(await statement.stream(), limits, write)
    } catch (error) {
      throw error instanceof StreamFailure ? await reasonOf(connection, statement) : error
    } finally {
      statement.destroySync()
    }
  }
}

/** Asked as a whole, in a transaction that has not failed, the query tells what its stream did not. */
async function reasonOf(connection: DuckDBConnection, statement: DuckDBPreparedStatement): Promise<unknown> {
  await connection.run('ROLLBACK')
  await connection.run('BEGIN TRANSACTION READ ONLY')
  return statement.run().then(
    () =>
      new CollectorError('query_interrupted', 'The query failed in the midst of its result. Try again in a moment.'),
    (error: unknown) => error,
  )
}

/** The syntax tree of one SELECT. */
async function parse(connection: DuckDBConnection, sql: string): Promise<readonly SqlNode[]> {
  const text = await connection.runAndReadAll(
    'SELECT json_serialize_sql($1::VARCHAR, skip_null := true, skip_empty := true, skip_default := true)::VARCHAR',
    [sql],
  )
  const parsed = JSON.parse(String(text.getRows()[0]?.[0])) as SerializedSql
  if (parsed.error && parsed.error_type === 'parser') throw new CollectorError('bad_sql', String(parsed.error_message))
  if (parsed.error || parsed.statements?.length !== 1) throw notOneSelect(sql)
  return parsed.statements
}

interface SerializedSql {
  readonly error: boolean
  readonly error_type?: string
  readonly error_message?: string
  readonly statements?: readonly SqlNode[]
}

const banned = () =>
  new CollectorError(
    'query_killed',
    'This query took the database down, more than once. Try again in a minute, narrowed with WHERE, or aggregated.',
  )

/** A PIVOT without its values is a SELECT to whoever wrote it, and more than one statement to the database. */
function notOneSelect(sql: string): CollectorError {
  const advice = /\bpivot\b/i.test(sql) ? ' PIVOT needs its values: PIVOT … ON column IN (…).' : ''
  return new CollectorError('forbidden_sql', `Expected one SELECT.${advice} Nothing can be written from here.`)
}

/** DuckDB names the kind of an error at the start of its message. */
function queryErrorOf(cause: unknown): CollectorError {
  const message = messageOf(cause)
  if (/^Out of Memory Error/.test(message)) {
    return new CollectorError('query_too_large', 'The query needs too much memory. Narrow it with WHERE, or aggregate.')
  }
  if (damageOf(cause) !== undefined) {
    const advice = 'Ask for less, or stop the collector and run `downlink doctor --repair`.'
    return new CollectorError(
      'data_damaged',
      `A part of the database is damaged, and all else can be read. ${advice}`,
      {
        cause,
      },
    )
  }
  if (/^(FATAL|INTERNAL|IO|TransactionContext) Error/.test(message)) {
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
