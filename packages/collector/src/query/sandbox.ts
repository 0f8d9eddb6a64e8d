/**
 * The SQL sandbox: one SELECT over our own tables, with functions that only compute, for a limited time, and a limited answer.
 * Three walls stand behind one another: the tree is judged here, the transaction can't write, and the database is hardened.
 */
import { type DuckDBConnection, type DuckDBResult, StatementType } from '@duckdb/node-api'
import { CollectorError } from '../errors.ts'
import type { Json } from './exact-json.ts'
import { inspectSql } from './inspect-sql.ts'
import { queryFingerprint } from './query-fingerprint.ts'
import type { QueryLimits } from './query-limits.ts'
import type { Readers } from './readers.ts'
import { jsonOf } from './result-json.ts'

export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** Values in the order of the columns. */
  readonly rows: readonly (readonly Json[])[]
  /** There was more than a result may hold. */
  readonly truncated: boolean
}

export interface Sandbox {
  /**
   * @throws {CollectorError} `bad_sql`, `forbidden_sql`, `query_timeout`, `query_too_large`, `query_busy`,
   * `query_interrupted`, `query_killed`, `store_unavailable`
   */
  query(sql: string, signal?: AbortSignal): Promise<QueryResult>
}

export interface SandboxOptions {
  readonly readers: Readers
  readonly limits: QueryLimits
  /** Names of the tables and views that may be read, in lower case. */
  readonly readable: () => Promise<ReadonlySet<string>>
  /** Has the query with this fingerprint ended the store too often of late? */
  readonly isBanned?: (fingerprint: string) => boolean
}

export function createSandbox({ readers, limits, readable, isBanned = () => false }: SandboxOptions): Sandbox {
  return {
    async query(sql, signal) {
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
        const options = { fingerprint, ...(signal && { signal }) }
        return await readers.run((connection) => answer(connection, sql, relations), options)
      } catch (error) {
        throw error instanceof CollectorError ? error : failureOf(error)
      }
    },
  }

  async function answer(
    connection: DuckDBConnection,
    sql: string,
    relations: ReadonlySet<string>,
  ): Promise<QueryResult> {
    const fault = inspectSql(await parse(connection, sql), relations)
    if (fault) throw new CollectorError('forbidden_sql', fault)
    const statement = await connection.prepare(sql)
    try {
      if (statement.statementType !== StatementType.SELECT) throw notOneSelect(sql)
      return await collect(await statement.stream(), limits)
    } finally {
      statement.destroySync()
    }
  }
}

/** The syntax tree of one SELECT. */
async function parse(connection: DuckDBConnection, sql: string): Promise<unknown> {
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
  readonly statements?: readonly unknown[]
}

async function collect(result: DuckDBResult, { maxRows, maxResultBytes }: QueryLimits): Promise<QueryResult> {
  const types = result.columnTypes()
  const columns = result.columnNames().map((name, at) => ({ name, type: columnTypeText(types[at]) }))
  const rows: Json[][] = []
  let bytes = 0
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) return { columns, rows, truncated: false }
    for (let row = 0; row < chunk.rowCount; row++) {
      if (rows.length === maxRows || bytes > maxResultBytes) return { columns, rows, truncated: true }
      const values = types.map((type, column) => {
        const value = jsonOf(chunk.getColumnVector(column).getItem(row), type)
        bytes += sizeOf(value)
        return value
      })
      rows.push(values)
    }
  }
}

const columnTypeText = (type: { alias?: string; toString(): string } | undefined): string => type?.alias ?? String(type)

const sizeOf = (value: Json): number =>
  typeof value === 'string' ? value.length : typeof value === 'object' && value ? JSON.stringify(value).length : 8

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
function failureOf(cause: unknown): CollectorError {
  const message = cause instanceof Error ? cause.message : String(cause)
  if (/^Out of Memory Error/.test(message)) {
    return new CollectorError('query_too_large', 'The query needs too much memory. Narrow it with WHERE, or aggregate.')
  }
  if (/^(FATAL|INTERNAL|IO|TransactionContext) Error/.test(message)) {
    return new CollectorError('store_unavailable', "The database can't be read now.", { cause })
  }
  return new CollectorError('bad_sql', message)
}
