/**
 * Answers SQL that somebody wrote, in the dialect of ClickHouse: one SELECT over our own tables.
 *
 * Three walls stand behind one another: its syntax tree is looked through, the request is readonly and bounded, and the
 * user of the database may have no more than `deploy/clickhouse/users.sql` grants.
 */

import { verifyName } from '@downlink/protocol'
import { checkSqlText, inParentheses } from '../allowed-sql/validate-sql.ts'
import { CollectorError } from '../errors.ts'
import { exactJson, type Json } from '../query/exact-json.ts'
import type { QueryLimits } from '../query/query-limits.ts'
import type { Condition, Sandbox, SessionScope, WriteAnswer } from '../query/sandbox.ts'
import type { Settings } from './connection.ts'
import { queryErrorOf } from './failures.ts'
import { inspectTree } from './inspect-tree.ts'
import type { Reader } from './reader.ts'

export interface SandboxOptions {
  readonly reader: Reader
  readonly database: string
  readonly limits: QueryLimits
}

export interface ClickHouseSandbox extends Pick<Sandbox, 'answer'> {
  /** Judges a query as `answer` does, and runs nothing. Throws as `answer` does. */
  validate(sql: string, signal?: AbortSignal): Promise<void>
  /** Judges what is to stand in parentheses behind WHERE, by the rules of queries. Throws as `answer` does. */
  validateCondition(condition: Condition, signal?: AbortSignal): Promise<void>
}

export function createSandbox({ reader, database, limits }: SandboxOptions): ClickHouseSandbox {
  // A line may be twice what it is in the answer, for a slash is escaped; names and types of columns are lines, too.
  const maxLineLength = 65_536 + 2 * limits.maxResultBytes
  return {
    async answer(sql, write, { sessions = 'all', signal } = {}) {
      await validate(sql, signal)
      const settings = { ...answerSettings, ...scopes[sessions], limit: String(limits.maxRows + 1) }
      const text = `${sql}\nFORMAT JSONCompactEachRowWithNamesAndTypes`
      await reader.lines(text, { settings, maxLineLength, errorOf: queryErrorOf, signal }, (lines) =>
        writeAnswer(lines, limits, write, signal ?? new AbortController().signal),
      )
    },
    validate,
    async validateCondition({ sql, from }, signal) {
      checkSqlText(sql, limits.maxSqlLength, 'a condition')
      // Alone it has to be whole, so that no bracket, quote or comment of it ends outside.
      await inspect(`SELECT 1 WHERE ${sql}\n`, signal)
      await inspect(`SELECT 1 ${from} WHERE ${inParentheses(sql)}`, signal)
    },
  }

  async function validate(sql: string, signal?: AbortSignal): Promise<void> {
    checkSqlText(sql, limits.maxSqlLength, 'a SELECT')
    await inspect(sql, signal)
  }

  async function inspect(sql: string, signal?: AbortSignal): Promise<void> {
    const settings = { default_format: 'JSONCompactEachRow' }
    const errorOf = (error: unknown) => withoutPrefix(queryErrorOf(error))
    await reader.lines(`${explain}${sql}\n`, { settings, maxLineLength, errorOf, signal }, async (lines) => {
      const nodes: string[] = []
      for await (const line of lines) nodes.push(nodeOf(line))
      inspectTree(nodes, database)
    })
  }
}

const explain = 'EXPLAIN AST '

/** Where the server says that it is wrong counts from the query's own start. */
function withoutPrefix(error: Error): Error {
  if (!(error instanceof CollectorError)) return error
  const message = error.message.replace(
    /(failed at position )(\d+)(.*?)(?:\(line (\d+), col (\d+)\))/s,
    (_, start: string, position: string, what: string, line: string, column: string) =>
      `${start}${Number(position) - explain.length}${what}(line ${line}, col ${Number(column) - (line === '1' ? explain.length : 0)})`,
  )
  return message === error.message ? error : new CollectorError(error.code, message, { cause: error.cause })
}

/** The query itself may name another format, in which an answer would not be ours either. */
function nodeOf(line: string): string {
  try {
    return String(JSON.parse(line)[0])
  } catch (cause) {
    throw new CollectorError('bad_sql', 'Expected a SELECT without FORMAT', { cause })
  }
}

/** Whatever JSON can't hold is text. */
const answerSettings: Settings = {
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_denormals: 1,
  output_format_json_quote_decimals: 0,
  date_time_output_format: 'iso',
}

/** By table, what is so of its rows that players have sent. */
const playersOnly = `{'event_rows': 'type <> \\'${verifyName}\\'', 'session_rows': 'NOT JSONHas(ifNull(labels, \\'\\'), \\'${verifyName}\\')'}`

export const scopes: Readonly<Record<SessionScope, Settings>> = {
  all: {},
  players: { additional_table_filters: playersOnly },
}

/** Characters. */
const pieceLength = 65_536

/** The text of a `QueryResult`, piece by piece. */
async function writeAnswer(
  lines: AsyncIterable<string>,
  { maxRows, maxResultBytes }: QueryLimits,
  write: WriteAnswer,
  stopped: AbortSignal,
): Promise<void> {
  const head: (readonly string[])[] = []
  let piece = ''
  let bytes = 0
  let rows = 0
  const end = (truncated: boolean) => write(`${piece}],"truncated":${truncated}}`, true, stopped)
  for await (const line of lines) {
    if (head.length < 2) {
      head.push(JSON.parse(line))
      if (head.length === 2) piece = `{"columns":${JSON.stringify(columnsOf(head))},"rows":[`
      bytes = piece.length
      continue
    }
    const text = JSON.stringify(rowOf(line, head[1] ?? []))
    bytes += text.length
    if (bytes > maxResultBytes && rows === 0) throw tooLarge(maxResultBytes)
    if (rows === maxRows || bytes > maxResultBytes) return end(true)
    piece += rows++ === 0 ? text : `,${text}`
    if (piece.length < pieceLength) continue
    await write(piece, false, stopped)
    piece = ''
  }
  return end(false)
}

const columnsOf = ([names = [], types = []]: readonly (readonly string[])[]) =>
  names.map((name, at) => ({ name, type: types[at] ?? '' }))

function rowOf(line: string, types: readonly string[]): readonly Json[] {
  const row = exactJson(line)
  return Array.isArray(row) ? row.map((value, at) => (isTime(types[at]) ? timeOf(value) : value)) : [row]
}

const isTime = (type = ''): boolean => /^(Nullable\()?DateTime/.test(type)

/** As all of our times: three digits of the second, and more where there are any. */
const timeOf = (value: Json): Json =>
  typeof value === 'string'
    ? value.replace(/(?:\.(\d+))?Z$/, (_, digits = '') => `.${digits.replace(/0+$/, '').padEnd(3, '0')}Z`)
    : value

const tooLarge = (maxBytes: number) =>
  new CollectorError(
    'query_too_large',
    `Expected a result of at most ${maxBytes} bytes. Its first row alone is larger: select fewer columns, or parts of the values.`,
  )
