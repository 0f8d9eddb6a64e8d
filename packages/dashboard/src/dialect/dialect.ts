/** Declares what the page writes SQL with: the same questions, in the dialect of the store that the collector reads. */
import type { SqlDialect } from '@downlink/collector'

/** Writes parts of SQL. What it is given is SQL already where it says so, and else a value, however hostile. */
export interface Dialect extends TextWriter, JsonWriter, TimeWriter {
  readonly name: SqlDialect
  /** As SQL a table that has no more rows of one than a condition lets through, and its name: for behind WITH. */
  narrowed(database: string, table: string, where: string): string
  /** Rows of a table, a column and its type, in their order. */
  readonly columnsSql: string
  /** A field a row: of the payloads of some events of a type. */
  fieldsSql(type: string, events: number, fields: number): string
  /** Queries to start from. */
  readonly examples: readonly Example[]
}

export interface Example {
  readonly name: string
  readonly sql: string
}

interface TextWriter {
  quoteText(text: string): string
  quoteName(name: string): string
  /** @param text SQL, as the others of these */
  contains(text: string, part: string): string
  startsWith(text: string, start: string): string
  lower(text: string): string
  /** @param text SQL */
  beginning(text: string, characters: number): string
  /** Any value of a group for which a condition holds; both are SQL. */
  anyWhere(value: string, condition: string): string
}

interface JsonWriter {
  /** What a question's SQL takes where a field or a label was picked: the keys that lead to it. */
  keys(path: readonly string[]): string
  /** The text of a value; NULL where there is none. @param json SQL */
  textAt(json: string, key: string): string
  /** @param json SQL */
  numberAt(json: string, key: string): string
  /** A column of JSON as the text that it is. @param json SQL */
  jsonText(json: string): string
  /** Text that may be no JSON. @param text SQL */
  parsed(text: string): string
}

interface TimeWriter {
  /** What a question's SQL takes where a length of time was picked. */
  span(seconds: number): string
  /** @param ms since 1970 */
  timeAt(ms: number): string
  timeAgo(ms: number): string
  /** In ms since 1970. @param time SQL */
  msOf(time: string): string
}

/** A negative one in parentheses: two minuses begin a comment. */
export const writeNumber = (value: number): string => (value < 0 ? `(${value})` : String(value))

/** Where JSON is a value in one store's answers, and text in the other's. */
export function parsedJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return null
  }
}
