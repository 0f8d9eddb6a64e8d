/** Measures the values of a chunk where they lie, in the database's memory, before one of them becomes JavaScript's. */
import type { DuckDBDataChunk, DuckDBType, DuckDBTypeId } from '@duckdb/node-api'
import bindings, { type Vector } from '@duckdb/node-bindings'
import { duckdb } from '../duckdb.ts'

/** What a row's value takes as text, about and at least. */
type SizeOf = (row: number) => number

/** Of a number, and of what the database writes as text of a fixed form. */
const fixedBytes = 8
const nullBytes = 4
/** Quotes of a name, the colon and the comma. */
const nameBytes = 4
/** Of a string's head: its length, and the text itself or where it is. Of a list's entry: where it starts, and its length. */
const headBytes = 16

const heldElsewhere: ReadonlySet<DuckDBTypeId> = new Set([
  duckdb.DuckDBTypeId.VARCHAR,
  duckdb.DuckDBTypeId.BLOB,
  duckdb.DuckDBTypeId.BIT,
])

/**
 * @param maxBytes beyond it nobody needs the exact size
 * @returns undefined where the lists of the chunk hold more than `maxBytes` allows: the heads of so many are not copied
 */
export function measureRows(
  chunk: DuckDBDataChunk,
  types: readonly DuckDBType[],
  maxBytes: number,
): SizeOf | undefined {
  const columns = types.map((type, column) =>
    measure(bindings.data_chunk_get_vector(chunk.chunk, column), chunk.rowCount, type, maxBytes),
  )
  const measured = columns.filter((column) => column !== undefined)
  return measured.length === columns.length ? (row) => totalOf(measured, row) : undefined
}

function measure(vector: Vector, count: number, type: DuckDBType, maxBytes: number): SizeOf | undefined {
  if (heldElsewhere.has(type.typeId)) return measureTexts(vector, count)
  if (type.typeId === duckdb.DuckDBTypeId.LIST) return measureLists(vector, count, type.valueType, maxBytes)
  if (type.typeId === duckdb.DuckDBTypeId.STRUCT)
    return measureStructs(vector, count, type.entryNames, type.entryTypes, maxBytes)
  if (type.typeId === duckdb.DuckDBTypeId.MAP) {
    const { keyType, valueType } = type
    return measureEntries(vector, count, maxBytes, (entries, entryCount) =>
      measureStructs(entries, entryCount, ['key', 'value'], [keyType, valueType], maxBytes),
    )
  }
  return () => fixedBytes
}

function measureTexts(vector: Vector, count: number): SizeOf {
  const isThere = validityOf(vector, count)
  const heads = dataOf(vector, count)
  return (row) => (isThere(row) ? heads.getUint32(row * headBytes, true) + 2 : nullBytes)
}

function measureLists(vector: Vector, count: number, type: DuckDBType, maxBytes: number): SizeOf | undefined {
  return measureEntries(vector, count, maxBytes, (entries, entryCount) => measure(entries, entryCount, type, maxBytes))
}

function measureEntries(
  vector: Vector,
  count: number,
  maxBytes: number,
  measureChildren: (entries: Vector, count: number) => SizeOf | undefined,
): SizeOf | undefined {
  const entryCount = bindings.list_vector_get_size(vector)
  // Each takes at least a digit and a comma.
  if (entryCount * 2 > maxBytes) return undefined
  const sizeOf = measureChildren(bindings.list_vector_get_child(vector), entryCount)
  if (sizeOf === undefined) return undefined
  const isThere = validityOf(vector, count)
  const heads = dataOf(vector, count)
  return (row) => {
    if (!isThere(row)) return nullBytes
    const start = Number(heads.getBigUint64(row * headBytes, true))
    const end = start + Number(heads.getBigUint64(row * headBytes + 8, true))
    let bytes = 2
    for (let entry = start; entry < end && bytes <= maxBytes; entry++) bytes += sizeOf(entry)
    return bytes
  }
}

function measureStructs(
  vector: Vector,
  count: number,
  names: readonly string[],
  types: readonly DuckDBType[],
  maxBytes: number,
): SizeOf | undefined {
  const fields = types.map((type, at) => measure(bindings.struct_vector_get_child(vector, at), count, type, maxBytes))
  const measured = fields.filter((field) => field !== undefined)
  if (measured.length < fields.length) return undefined
  const isThere = validityOf(vector, count)
  const named = names.reduce((bytes, name) => bytes + name.length + nameBytes, 2)
  return (row) => (isThere(row) ? named + totalOf(measured, row) : nullBytes)
}

function totalOf(sizes: readonly SizeOf[], row: number): number {
  let bytes = 0
  for (const sizeOf of sizes) bytes += sizeOf(row)
  return bytes
}

/** A copy. */
function dataOf(vector: Vector, count: number): DataView {
  const { buffer, byteOffset, byteLength } = bindings.vector_get_data(vector, count * headBytes)
  return new DataView(buffer, byteOffset, byteLength)
}

/** The database keeps a bit a row in words of 64, or nothing where no value is NULL. */
function validityOf(vector: Vector, count: number): (row: number) => boolean {
  const bits: Uint8Array | null = bindings.vector_get_validity(vector, Math.ceil(count / 64) * 8)
  return bits === null ? () => true : (row) => ((bits[row >> 3] ?? 0) & (1 << (row & 7))) !== 0
}
