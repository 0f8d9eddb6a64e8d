/** Writes SQL as ClickHouse takes it, in which a backslash escapes and JSON is text. */
import type { Dialect } from './dialect.ts'

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\0', '\\0')

/** A quote is doubled, as in any dialect. @example quoteText("it's") === "'it''s'" */
const quoteText = (text: string): string => `'${escaped(text).replaceAll("'", "''")}'`

/** @example quoteName('player`s') === '`player``s`' */
const quoteName = (name: string): string => `\`${escaped(name).replaceAll('`', '``')}\``

const textAt = (json: string, key: string): string =>
  `JSONExtract(ifNull(${json}, ''), ${quoteText(key)}, 'Nullable(String)')`

export const clickhouse: Dialect = {
  name: 'clickhouse',
  ...{ quoteText, quoteName, textAt },
  keys: (path) => path.map(quoteText).join(', '),
  contains: (text, part) => `position(${text}, ${quoteText(part)}) > 0`,
  startsWith: (text, start) => `startsWith(${text}, ${quoteText(start)})`,
  lower: (text) => `lowerUTF8(${text})`,
  beginning: (text, characters) => `substringUTF8(${text}, 1, ${characters})`,
  anyWhere: (value, condition) => `anyIf(${value}, ${condition})`,
  numberAt: (json, key) => `toFloat64OrNull(${textAt(json, key)})`,
  jsonText: (json) => json,
  parsed: (text) => text,
  span: (seconds) => String(seconds),
  timeAt: (ms) => `toDateTime64(${quoteText(new Date(ms).toISOString().replace('T', ' ').replace('Z', ''))}, 3, 'UTC')`,
  timeAgo: (ms) => `now64(3, 'UTC') - toIntervalMillisecond(${ms})`,
  msOf: (time) => `toUnixTimestamp64Milli(toDateTime64(${time}, 3, 'UTC'))`,
  narrowed: (database, table, where) =>
    `${quoteName(table)} AS (SELECT * FROM ${quoteName(database)}.${quoteName(table)}${where})`,
  columnsSql:
    'SELECT table_name, column_name, data_type, table_schema FROM table_columns ORDER BY table_name, ordinal_position',
  fieldsSql: (type, events, fields) => `SELECT DISTINCT arrayJoin(JSONExtractKeys(data)) AS field
    FROM (SELECT data FROM events WHERE type = ${quoteText(type)} LIMIT ${events}) ORDER BY field LIMIT ${fields}`,
  examples: [
    {
      name: 'Events by type',
      sql: 'SELECT type, count() AS events, min(ts) AS first, max(ts) AS last\nFROM events GROUP BY type ORDER BY events DESC',
    },
    {
      name: 'By minute',
      sql: 'SELECT toStartOfMinute(ts) AS minute, count() AS events\nFROM events GROUP BY minute ORDER BY minute DESC LIMIT 60',
    },
    { name: 'Ledgers', sql: 'SELECT * FROM ledgers ORDER BY missing DESC, pushed DESC LIMIT 50' },
    {
      name: 'Rejections',
      sql: 'SELECT code, message, count() AS events FROM rejected_events\nGROUP BY ALL ORDER BY events DESC LIMIT 50',
    },
    {
      name: 'Tables',
      sql: "SELECT table_name, groupArray(column_name || ' ' || data_type) AS columns\nFROM table_columns GROUP BY table_name ORDER BY table_name",
    },
  ],
}
