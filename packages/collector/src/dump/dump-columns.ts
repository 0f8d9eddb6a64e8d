/** Writes the columns of a dump, or of an answer, as SQL that the format of its file can hold. */
import { formulaStart, guardFormula } from '@downlink/artifacts'
import type { DuckDBConnection } from '@duckdb/node-api'
import { uniqueNames } from '../query/event-views.ts'
import { quoteName, quoteText } from '../query/quote.ts'
import { type DumpRequest, type DumpSource, labelsThen } from './dump-request.ts'
import { type JsonDialect, jsonLine, sessionColumns } from './json-line.ts'

interface Column {
  /** As SQL has it, with the alias of what it is of. */
  readonly expression: string
  readonly name: string
  /** As the database spells it. */
  readonly type: string
}

/** @returns what stands between SELECT and FROM */
export async function dumpColumns(
  connection: DuckDBConnection,
  { format, table, withSession }: DumpRequest,
  { relation, alias }: DumpSource,
): Promise<string> {
  const own = await columnsOf(connection, relation, alias)
  const described = withSession ? await columnsOf(connection, 'sessions', 'session') : []
  const session = described
    .filter(({ name }) => sessionColumns.includes(name))
    .map((column) => (column.name === 'labels' ? { ...column, expression: labelsThen } : column))
  if (format === 'ndjson') return jsonLine(json, table, own, session)
  const wanted = [...own.map(({ name }) => name), ...session.map(({ name }) => `session_${name}`)]
  const names = uniqueNames(wanted, () => false, '')
  const columnOf = format === 'csv' ? csvColumn : parquetColumn
  return [...own, ...session].map((column, at) => columnOf(column, names[at] ?? column.name)).join(', ')
}

/**
 * The columns of a query's answer as Parquet wants them. The database gives those of one name a number.
 *
 * @param subquery in brackets
 * @returns what stands between SELECT and FROM, where the subquery is `answer`
 */
export async function answerColumns(connection: DuckDBConnection, subquery: string): Promise<string> {
  const statement = await connection.prepare(`FROM ${subquery}`)
  try {
    const columns = Array.from({ length: statement.columnCount }, (_, at) => {
      const name = statement.columnName(at)
      return { expression: `answer.${quoteName(name)}`, name, type: String(statement.columnType(at)) }
    })
    return columns.map((column) => parquetColumn(column, column.name)).join(', ')
  } finally {
    statement.destroySync()
  }
}

async function columnsOf(connection: DuckDBConnection, relation: string, alias: string): Promise<readonly Column[]> {
  const described = await connection.runAndReadAll(`DESCRIBE ${relation}`)
  return described.getRows().map(([name, type]) => ({
    expression: `${alias}.${quoteName(String(name))}`,
    name: String(name),
    type: String(type),
  }))
}

/** Names of fields, which are no types, and values of enumerations; or a whole number of 128 bits. */
const hugeIntegers = /"(?:[^"]|"")*"|'(?:[^']|'')*'|\bU?HUGEINT\b/g

/** Parquet has no integers of 128 bits, neither alone nor in lists and structs; DuckDB would write them as doubles. */
function parquetColumn({ expression, type }: Column, name: string): string {
  const written = type.replaceAll(hugeIntegers, (part) => (part.endsWith('HUGEINT') ? 'DECIMAL(38, 0)' : part))
  return `${written === type ? expression : `TRY_CAST(${expression} AS ${written})`} AS ${quoteName(name)}`
}

function csvColumn({ expression, type }: Column, name: string): string {
  const header = quoteName(guardFormula(name))
  if (type === 'TIMESTAMP') return `${isoTime(expression)} AS ${header}`
  if (type !== 'VARCHAR') return `${expression} AS ${header}`
  return `CASE WHEN regexp_matches(${expression}, ${quoteText(formulaStart.source)}) THEN '''' || ${expression} ELSE ${expression} END AS ${header}`
}

/** As the JSON answers have it: three digits of the second, and more where there are any. */
const isoTime = (expression: string): string =>
  `regexp_replace(strftime(${expression}, '%Y-%m-%dT%H:%M:%S.%f'), '([.]\\d{3}\\d*?)0*$', '\\1') || 'Z'`

const json: JsonDialect<Column> = {
  eventId: "to_json(event.session_id || ':' || event.seq)::VARCHAR",
  text: jsonText,
  object: (fields) =>
    `'{' || ${fields.map(([key, text]) => `'"${key}":' || coalesce(${text}, 'null')`).join(` || ',' || `)} || '}'`,
}

/** The stored text of JSON: the database's own JSON writer would spell its numbers anew. A line break in it is white space between two tokens. */
function jsonText({ expression, type }: Column): string {
  if (type === 'TIMESTAMP') return `epoch_ms(${expression})::VARCHAR`
  return type === 'JSON'
    ? `translate(${expression}::VARCHAR, chr(10) || chr(13), '  ')`
    : `to_json(${expression})::VARCHAR`
}
