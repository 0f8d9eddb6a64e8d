/** Converts values of the database to JSON that loses nothing. */
import type {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBType,
  DuckDBUnionValue,
  DuckDBValue,
} from '@duckdb/node-api'
import { duckdb } from '../duckdb.ts'
import { exactJson, exactNumber, type Json } from './exact-json.ts'

/**
 * - numbers, those within JSON too: a number where JavaScript writes the same one, else text, so that no digit is lost
 * - NaN and infinities: text
 * - timestamps: ISO 8601 in UTC, to the millisecond, and beyond it as far as there is something
 * - JSON columns: the value itself; structs: objects; lists: arrays; maps: arrays of `{ key, value }`
 * - blobs: base64; all else (dates, intervals, UUIDs …): the database's own text
 */
export function jsonOf(value: DuckDBValue, type: DuckDBType): Json {
  if (value === null) return null
  switch (type.typeId) {
    case duckdb.DuckDBTypeId.VARCHAR:
      return type.alias === 'JSON' ? exactJson(value as string) : (value as string)
    case duckdb.DuckDBTypeId.FLOAT:
    case duckdb.DuckDBTypeId.DOUBLE:
      // JSON.stringify would drop the sign of -0.
      return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? (value as number) : String(value)
    case duckdb.DuckDBTypeId.DECIMAL:
      return exactNumber((value as DuckDBDecimalValue).toString())
    case duckdb.DuckDBTypeId.TIMESTAMP:
      return isoOf(value as DuckDBTimestampValue)
    case duckdb.DuckDBTypeId.TIMESTAMP_TZ:
      // Its own text depends on the time zone of this process.
      return isoOf(new duckdb.DuckDBTimestampValue((value as DuckDBTimestampTZValue).micros))
    case duckdb.DuckDBTypeId.TIMESTAMP_S:
    case duckdb.DuckDBTypeId.TIMESTAMP_MS:
    case duckdb.DuckDBTypeId.TIMESTAMP_NS:
      return isoOf(value)
    case duckdb.DuckDBTypeId.BLOB:
      return Buffer.from((value as DuckDBBlobValue).bytes).toString('base64')
    case duckdb.DuckDBTypeId.LIST:
      return (value as DuckDBListValue).items.map((item) => jsonOf(item, type.valueType))
    case duckdb.DuckDBTypeId.ARRAY:
      return (value as DuckDBArrayValue).items.map((item) => jsonOf(item, type.valueType))
    case duckdb.DuckDBTypeId.STRUCT: {
      const { entries } = value as DuckDBStructValue
      // `fromEntries` defines keys rather than setting them, so that `__proto__` is one like any other.
      return Object.fromEntries(
        type.entryNames.map((name, at) => [name, jsonOf(entries[name] ?? null, type.entryTypes[at] ?? type)]),
      )
    }
    case duckdb.DuckDBTypeId.MAP:
      return (value as DuckDBMapValue).entries.map((entry) => ({
        key: jsonOf(entry.key, type.keyType),
        value: jsonOf(entry.value, type.valueType),
      }))
    case duckdb.DuckDBTypeId.UNION: {
      const { tag, value: member } = value as DuckDBUnionValue
      return jsonOf(member, type.memberTypeForTag(tag))
    }
    default:
      if (typeof value === 'bigint') return exactNumber(value.toString())
      return typeof value === 'number' || typeof value === 'boolean' ? value : String(value)
  }
}

/** Years beyond four digits, BC and infinities have no ISO form here and stay as they are. */
function isoOf(value: DuckDBValue): string {
  const text = String(value)
  const [, date, time, fraction = ''] = /^(\d{4}-\d\d-\d\d) ([\d:]{8})(?:\.(\d+))?$/.exec(text) ?? []
  return date ? `${date}T${time}.${fraction.replace(/0+$/, '').padEnd(3, '0')}Z` : text
}
