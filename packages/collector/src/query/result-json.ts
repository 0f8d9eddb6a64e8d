/** Values of the database as JSON that loses nothing. */
import {
  type DuckDBArrayValue,
  type DuckDBBlobValue,
  type DuckDBDecimalValue,
  type DuckDBListValue,
  type DuckDBMapValue,
  type DuckDBStructValue,
  type DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBUnionValue,
  type DuckDBValue,
} from '@duckdb/node-api'

/** What `JSON.stringify` takes without loss. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Digits that every double keeps (IEEE 754). */
const exactDigits = 15

/**
 * - whole and decimal numbers: a number where a double holds it exactly, else text
 * - NaN and infinities: text
 * - timestamps: ISO 8601 in UTC, to the microsecond where there is one
 * - JSON columns: the value itself; structs: objects; lists: arrays; maps: arrays of `{ key, value }`
 * - blobs: base64; all else (dates, intervals, UUIDs …): the database's own text
 */
export function jsonOf(value: DuckDBValue, type: DuckDBType): Json {
  if (value === null) return null
  switch (type.typeId) {
    case DuckDBTypeId.VARCHAR:
      return type.alias === 'JSON' ? parsed(value as string) : (value as string)
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
      return Number.isFinite(value) ? (value as number) : String(value)
    case DuckDBTypeId.DECIMAL:
      return numberOrText((value as DuckDBDecimalValue).toString())
    case DuckDBTypeId.TIMESTAMP:
      return isoOf(value as DuckDBTimestampValue)
    case DuckDBTypeId.TIMESTAMP_TZ:
      // Its own text depends on the time zone of this process.
      return isoOf(new DuckDBTimestampValue((value as DuckDBTimestampTZValue).micros))
    case DuckDBTypeId.TIMESTAMP_S:
    case DuckDBTypeId.TIMESTAMP_MS:
    case DuckDBTypeId.TIMESTAMP_NS:
      return isoOf(value)
    case DuckDBTypeId.BLOB:
      return Buffer.from((value as DuckDBBlobValue).bytes).toString('base64')
    case DuckDBTypeId.LIST:
      return (value as DuckDBListValue).items.map((item) => jsonOf(item, type.valueType))
    case DuckDBTypeId.ARRAY:
      return (value as DuckDBArrayValue).items.map((item) => jsonOf(item, type.valueType))
    case DuckDBTypeId.STRUCT: {
      const { entries } = value as DuckDBStructValue
      // `fromEntries` defines keys rather than setting them, so that `__proto__` is one like any other.
      return Object.fromEntries(
        type.entryNames.map((name, at) => [name, jsonOf(entries[name] ?? null, type.entryTypes[at] ?? type)]),
      )
    }
    case DuckDBTypeId.MAP:
      return (value as DuckDBMapValue).entries.map((entry) => ({
        key: jsonOf(entry.key, type.keyType),
        value: jsonOf(entry.value, type.valueType),
      }))
    case DuckDBTypeId.UNION: {
      const { tag, value: member } = value as DuckDBUnionValue
      return jsonOf(member, type.memberTypeForTag(tag))
    }
    default:
      if (typeof value === 'bigint') return numberOrText(value.toString())
      return typeof value === 'number' || typeof value === 'boolean' ? value : String(value)
  }
}

const numberOrText = (text: string): number | string =>
  text.replace(/\D/g, '').length <= exactDigits || Number.isSafeInteger(Number(text)) ? exactOr(text) : text

function exactOr(text: string): number | string {
  const number = Number(text)
  return Number.isFinite(number) ? number : text
}

/** Years beyond four digits, BC and infinities have no ISO form here and stay as they are. */
function isoOf(value: DuckDBValue): string {
  const text = String(value)
  return /^\d{4}-/.test(text) ? `${text.replace(' ', 'T').replace(/\.(\d{3})0+$/, '.$1')}Z` : text
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    // The appender does not check JSON; what is not JSON is shown as it is.
    return text
  }
}
