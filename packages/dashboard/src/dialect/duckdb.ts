/** Writes SQL as DuckDB takes it. */
import type { Dialect } from './dialect.ts'

/** @example quoteText("it's") === "'it''s'" */
const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** @example quoteName('player"s') === '"player""s"' */
const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** What `->>` takes for a key as it is (RFC 6901): `$` and `/` at its start would lead elsewhere. */
const keys = (path: readonly string[]): string =>
  quoteText(path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''))

/** A plain word leads nowhere else. */
const textAt = (json: string, key: string): string =>
  `(${json}->>${/^[a-z_]\w*$/i.test(key) ? quoteText(key) : keys([key])})`

export const duckdb: Dialect = {
  name: 'duckdb',
  ...{ quoteText, quoteName, keys, textAt },
  contains: (text, part) => `contains(${text}, ${quoteText(part)})`,
  startsWith: (text, start) => `starts_with(${text}, ${quoteText(start)})`,
  lower: (text) => `lower(${text})`,
  beginning: (text, characters) => `${text}[:${characters}]`,
  anyWhere: (value, condition) => `any_value(${value}) FILTER (${condition})`,
  numberAt: (json, key) => `TRY_CAST(${json}->>${keys([key])} AS DOUBLE)`,
  jsonText: (json) => `${json}::VARCHAR`,
  parsed: (text) => `TRY_CAST(${text} AS JSON)`,
  span: (seconds) => `to_seconds(${seconds})`,
  timeAt: (ms) => `TIMESTAMP ${quoteText(new Date(ms).toISOString().replace('Z', ''))}`,
  timeAgo: (ms) => `now()::TIMESTAMP - to_seconds(${ms / 1000})`,
  msOf: (time) => `epoch_ms(${time})`,
  narrowed: (database, table, where) =>
    `${quoteName(table)} AS NOT MATERIALIZED (SELECT * FROM ${database}.${quoteName(table)}${where})`,
  columnsSql: `SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = 'main' ORDER BY table_name, ordinal_position`,
  fieldsSql: (type, events, fields) => `SELECT field FROM (
      SELECT unnest(json_keys(data)) AS field
      FROM (SELECT data FROM events WHERE type = ${quoteText(type)} LIMIT ${events})
    ) GROUP BY field ORDER BY field LIMIT ${fields}`,
  examples: [
    {
      name: 'Events by type',
      sql: 'SELECT type, count(*) AS events, min(ts) AS first, max(ts) AS last\nFROM events GROUP BY type ORDER BY events DESC',
    },
    {
      name: 'By minute',
      sql: "SELECT date_trunc('minute', ts) AS minute, count(*) AS events\nFROM events GROUP BY minute ORDER BY minute DESC LIMIT 60",
    },
    { name: 'Ledgers', sql: 'SELECT * FROM ledgers ORDER BY missing DESC, pushed DESC LIMIT 50' },
    {
      name: 'Rejections',
      sql: 'SELECT code, message, count(*) AS events FROM rejected_events\nGROUP BY ALL ORDER BY events DESC LIMIT 50',
    },
    { name: 'Tables', sql: 'SHOW TABLES' },
  ],
}
