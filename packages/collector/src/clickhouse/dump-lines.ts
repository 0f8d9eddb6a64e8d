/** Writes the columns of a dump out of ClickHouse as SQL: those of Parquet, or one line of text a row. */
import { formulaStart, guardFormula } from '@downlink/artifacts'
import type { DumpRequest } from '../dump/dump-request.ts'
import { type JsonDialect, jsonLine, sessionColumns } from '../dump/json-line.ts'
import { uniqueNames } from '../query/event-views.ts'
import { type DumpSource, jsonColumns, labelsThen } from './dump-source.ts'
import { quoteName, quoteText } from './quote.ts'

interface DescribedColumn {
  readonly name: string
  /** As the server spells it. */
  readonly type: string
}

interface Column extends DescribedColumn {
  /** As SQL has it, with the alias of what it is of. */
  readonly expression: string
  /** Its text is JSON, which no spreadsheet takes for a formula, and no line of JSON quotes. */
  readonly isJson: boolean
}

export interface DumpLines {
  /** What the file begins with. */
  readonly head: string
  /** What stands between SELECT and FROM. */
  readonly expression: string
}

/** @param described the columns of `sessions`; none where they are not wanted */
export function dumpLines(
  { format, table }: DumpRequest,
  { alias, jsonColumns: ownJson }: Pick<DumpSource, 'alias' | 'jsonColumns'>,
  columns: readonly DescribedColumn[],
  described: readonly DescribedColumn[],
): DumpLines {
  const own = columns.map((column) => ({
    ...{ ...column, expression: `${alias}.${quoteName(column.name)}` },
    isJson: ownJson.has(column.name),
  }))
  const session = described
    .filter(({ name }) => sessionColumns.includes(name))
    .map((column) => ({
      ...{ ...column, isJson: jsonColumns.has(column.name) },
      expression: column.name === 'labels' ? labelsThen(alias) : `session.${quoteName(column.name)}`,
    }))
  if (format === 'ndjson') return { head: '', expression: jsonLine(json, table, own, session) }
  const wanted = [...own.map(({ name }) => name), ...session.map(({ name }) => `session_${name}`)]
  const names = uniqueNames(wanted, () => false, '')
  const all = [...own, ...session]
  if (format === 'parquet') {
    const named = all.map(({ expression }, at) => `${expression} AS ${quoteName(names[at] ?? '')}`)
    return { head: '', expression: named.join(', ') }
  }
  const head = `${names.map((name) => csvText(guardFormula(name))).join(',')}\n`
  return { head, expression: joined(all.map(csvField), ',') }
}

/** One text of several. */
const joined = (parts: readonly string[], between: string): string =>
  parts.length === 1 ? (parts[0] ?? "''") : `concat(${parts.join(`, ${quoteText(between)}, `)})`

const csvText = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** Quoted as DuckDB does it: where it has to be, and where it is empty and not missing. */
function csvField({ expression, type, isJson }: Column): string {
  if (isTime(type)) return `ifNull(${isoTime(expression)}, '')`
  if (!isText(type)) {
    const digits = `ifNull(toString(${expression}), '')`
    return isDouble(type) ? `replaceRegexpOne(${digits}, '^-?\\\\d+$', '\\\\0.0')` : digits
  }
  const text = `ifNull(toString(${expression}), '')`
  const guarded = isJson
    ? text
    : `if(match(${text}, ${quoteText(formulaStart.source)}), concat('\\'', ${text}), ${text})`
  const quoted = `concat('"', replaceAll(${guarded}, '"', '""'), '"')`
  const hasToBe = `match(${text}, '[",\\r\\n]') OR (${text} = '' AND ${expression} IS NOT NULL)`
  return `if(${hasToBe}, ${quoted}, ${guarded})`
}

const isTime = (type: string): boolean => /^(Nullable\()?DateTime/.test(type)
const isDouble = (type: string): boolean => /^(Nullable\()?Float/.test(type)
const isText = (type: string): boolean => /^(Nullable\(|LowCardinality\()*String/.test(type)

/** As the JSON answers have it: three digits of the second, and more where there are any. */
const isoTime = (time: string): string =>
  `concat(replaceRegexpOne(replaceOne(toString(${time}), ' ', 'T'), '([.]\\\\d{3}\\\\d*?)0*$', '\\\\1'), 'Z')`

const json: JsonDialect<Column> = {
  eventId: jsonString("concat(event.session_id, ':', toString(event.seq))"),
  text: jsonText,
  object: (fields) =>
    `concat('{', ${fields.map(([key, text]) => `'"${key}":', ifNull(${text}, 'null')`).join(`, ',', `)}, '}')`,
}

/** The stored text of JSON: a line break in it is white space between two tokens. */
function jsonText({ expression, type, isJson }: Column): string {
  if (isTime(type)) return `toString(toUnixTimestamp64Milli(${expression}))`
  if (isJson) return `translate(${expression}, '\\n\\r', '  ')`
  return isText(type) ? jsonString(expression) : `toString(${expression})`
}

/** What the server writes as an escape, and nobody else has to. */
function jsonString(text: string): string {
  return `replaceAll(replaceAll(toJSONString(toString(${text})), '\\\\u2028', '\u2028'), '\\\\u2029', '\u2029')`
}
