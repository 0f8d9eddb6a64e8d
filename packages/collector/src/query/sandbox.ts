/**
 * Runs SQL in a sandbox: one SELECT over our own tables, with functions that only compute, for a limited time, and a limited answer.
 * Three walls stand behind one another: the tree is validated, the transaction can't write, and the database is hardened.
 */

import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'
import {
  checkSqlText,
  notOneSelect,
  queryErrorOf,
  queryFingerprint,
  type ReadableRelations,
  subqueryOf,
  validateCondition,
  validateQuery,
  validateSubquery,
} from '../allowed-sql/validate-sql.ts'
import { duckdb } from '../duckdb.ts'
import { CollectorError } from '../errors.ts'
import { hideVerification } from './players-only.ts'
import type { QueryLimits } from './query-limits.ts'
import type { Readers, RunOptions, Work } from './readers.ts'
import { type QueryResult, StreamFailure, type WritePiece, writeResult } from './result-text.ts'

export interface Sandbox {
  /**
   * Writes the answer as the JSON text of a `QueryResult`. `write` is told by the signal to wait no longer.
   *
   * @throws {CollectorError} `bad_sql`, `forbidden_sql`, `query_timeout`, `query_too_large`, `query_busy`,
   * `query_interrupted`, `query_killed`, `store_unavailable`, `data_damaged`. Where something was written, `brokenEnd` completes it.
   */
  answer(sql: string, write: WriteAnswer, options?: AnswerOptions): Promise<void>
  /** The same as an object. Throws as `answer` does. */
  query(sql: string, signal?: AbortSignal): Promise<QueryResult>
  /** Judges it as `answer` does, and runs nothing. Throws as `answer` does. */
  validate(sql: string): Promise<void>
  /**
   * Runs work of our own that selects from a query which somebody wrote, in brackets, once that is judged.
   * Throws as `answer` does.
   */
  runFrom<Value>(sql: string, work: WorkFrom<Value>, options: RunOptions & AnswerOptions): Promise<Value>
  /**
   * Runs work of our own that puts a condition which somebody wrote behind WHERE, in parentheses, once that is judged.
   * Throws as `answer` does.
   */
  runWhere<Value>(condition: Condition | undefined, work: Work<Value>, options: RunOptions): Promise<Value>
}

/** @param subquery the query in its brackets, as behind FROM */
export type WorkFrom<Value> = (connection: DuckDBConnection, subquery: string) => Promise<Value>

export interface AnswerOptions {
  readonly signal?: AbortSignal
  /** `players`: without what `downlink verify` has sent. @default 'all' */
  readonly sessions?: SessionScope | undefined
}

export type SessionScope = 'all' | 'players'

export interface Condition {
  readonly sql: string
  /** The FROM clause that its columns are of. */
  readonly from: string
}

/** Resolves once there is room for more; rejects with the signal. */
export type WriteAnswer = (text: string, isLast: boolean, stopped: AbortSignal) => Promise<void>

export interface SandboxOptions {
  readonly readers: Readers
  readonly limits: QueryLimits
  readonly readable: () => Promise<ReadableRelations>
  /** Has the query with this fingerprint ended the store too often of late? */
  readonly isBanned?: (fingerprint: string) => boolean
}

type Validate = (connection: DuckDBConnection, relations: ReadableRelations) => Promise<void>

export function createSandbox({ readers, limits, readable, isBanned = () => false }: SandboxOptions): Sandbox {
  return {
    answer,

    async query(sql, signal) {
      const pieces: string[] = []
      await answer(sql, async (text) => void pieces.push(text), signal && { signal })
      return JSON.parse(pieces.join('')) as QueryResult
    },

    validate: (sql) =>
      validated(
        sql,
        'a SELECT',
        (connection, relations) => validateQuery(connection, sql, relations),
        async () => {},
        {},
      ),

    runFrom(sql, work, options) {
      const subquery = subqueryOf(sql)
      const validate: Validate = (connection, relations) => validateSubquery(connection, sql, subquery, relations)
      return validated(sql, 'a SELECT', validate, (connection) => work(connection, subquery), options)
    },

    async runWhere(condition, work, options) {
      if (condition) {
        const { sql, from } = condition
        const validate: Validate = (connection, relations) => validateCondition(connection, sql, from, relations)
        return validated(sql, 'a condition', validate, work, options)
      }
      return readers.run(work, options).catch((error: unknown) => {
        throw queryErrorOf(error)
      })
    },
  }

  async function answer(sql: string, write: WriteAnswer, options: AnswerOptions = {}): Promise<void> {
    await validated(
      sql,
      'a SELECT',
      (connection, relations) => validateQuery(connection, sql, relations),
      (connection, stopped) => writeAnswer(connection, sql, limits, (text, isLast) => write(text, isLast, stopped)),
      options,
    )
  }

  async function validated<Value>(
    sql: string,
    what: string,
    validate: Validate,
    work: Work<Value>,
    { sessions, ...options }: RunOptions & AnswerOptions,
  ): Promise<Value> {
    checkSqlText(sql, limits.maxSqlLength, what)
    const fingerprint = queryFingerprint(sql)
    if (isBanned(fingerprint)) throw banned()
    try {
      const relations = await readable()
      return await readers.run(
        async (connection, stopped) => {
          await validate(connection, relations)
          if (sessions === 'players') await hideVerification(connection)
          return work(connection, stopped)
        },
        { ...options, fingerprint },
      )
    } catch (error) {
      throw queryErrorOf(error)
    }
  }
}

async function writeAnswer(
  connection: DuckDBConnection,
  sql: string,
  limits: QueryLimits,
  write: WritePiece,
): Promise<void> {
  const statement = await connection.prepare(sql)
  try {
    if (statement.statementType !== duckdb.StatementType.SELECT) throw notOneSelect(sql)
    await writeResult(await statement.stream(), limits, write)
  } catch (error) {
    throw error instanceof StreamFailure ? await reasonOf(connection, statement) : error
  } finally {
    statement.destroySync()
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

const banned = () =>
  new CollectorError(
    'query_killed',
    'This query took the database down, more than once. Try again in a minute, narrowed with WHERE, or aggregated.',
  )
