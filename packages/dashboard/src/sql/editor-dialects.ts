/** Lists the words that the editor of SQL highlights and completes, by the dialect of the collector's store. */
import { SQLDialect } from '@codemirror/lang-sql'
import type { SqlDialect } from '@downlink/collector'

const shared =
  'all and any anti array as asc asof between both by case cast collate cross cube current date day desc distinct else ' +
  'end except exists extract false fetch filter first following for from full group grouping having hour ilike in inner ' +
  'intersect interval into is join leading left like limit materialized minute month not null nulls offset on or order ' +
  'outer over partition preceding qualify range recursive replace right rollup row rows sample second select semi sets ' +
  'show then ties to trailing true unbounded union using values when where window with within year'

const duckdb =
  'at columns describe escape exclude glob isnull lateral natural notnull ordinality pivot positional similar some ' +
  'summarize table tables tablesample try_cast unpivot'

const clickhouse = 'except final global prewhere totals'

const duckdbTypes =
  'bigint blob boolean date decimal double float hugeint int integer interval json list map real smallint struct text ' +
  'time timestamp timestamptz tinyint ubigint uhugeint uinteger usmallint utinyint uuid varchar'

const clickhouseTypes =
  'array bool date date32 datetime datetime64 decimal enum fixedstring float32 float64 int8 int16 int32 int64 int128 ' +
  'int256 lowcardinality map nullable string tuple uint8 uint16 uint32 uint64 uint128 uint256 uuid'

const operatorChars = '*+-%<>!=&|^/~@:'

export const editorDialects: Readonly<Record<SqlDialect, SQLDialect>> = {
  duckdb: SQLDialect.define({
    keywords: `${shared} ${duckdb}`,
    types: duckdbTypes,
    doubleDollarQuotedStrings: true,
    operatorChars,
  }),
  clickhouse: SQLDialect.define({
    keywords: `${shared} ${clickhouse}`,
    types: clickhouseTypes,
    backslashEscapes: true,
    identifierQuotes: '`"',
    operatorChars,
  }),
}
