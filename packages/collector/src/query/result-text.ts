/** Writes a result as JSON text, piece by piece, and no more of it than its bounds allow. */
import { setImmediate } from 'node:timers/promises'
import type { DuckDBDataChunk, DuckDBResult, DuckDBType } from '@duckdb/node-api'
import { duckdb } from '../duckdb.ts'
import { CollectorError } from '../errors.ts'
import type { Json } from './exact-json.ts'
import type { QueryLimits } from './query-limits.ts'
import { jsonOf } from './result-json.ts'
import { measureRows } from './value-sizes.ts'

export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** Values in the order of the columns. */
  readonly rows: readonly (readonly Json[])[]
  /** There was more than a result may hold. */
  readonly truncated: boolean
}

/** Takes a piece of text, and whether it is the last one; resolves once there is room for the next. */
export type WritePiece = (text: string, isLast: boolean) => Promise<void>

/** Characters. Between two pieces whatever else this process does has its turn. */
const pieceLength = 65_536

/** The query failed in the midst of its result. The binding ends the stream as if it were whole, and keeps the reason. */
export class StreamFailure extends Error {}

/**
 * The text of a `QueryResult`. Nothing is written before there are 64 KiB, or all is there.
 *
 * @throws {StreamFailure}
 */
export async function writeResult(result: DuckDBResult, limits: QueryLimits, write: WritePiece): Promise<void> {
  const { maxRows, maxResultBytes } = limits
  const types: DuckDBType[] = []
  let piece = '{"columns":['
  let bytes = 0
  for (let column = 0; column < result.columnCount; column++) {
    const type = result.columnType(column)
    const text = JSON.stringify({ name: result.columnName(column), type: type.alias ?? String(type) })
    bytes += text.length
    if (bytes > maxResultBytes) throw tooLarge('The names and types of its columns', maxResultBytes)
    types.push(type)
    piece += column === 0 ? text : `,${text}`
  }
  piece += '],"rows":['

  let rows = 0
  const end = (truncated: boolean) => write(`${piece}],"truncated":${truncated}}`, true)
  for (;;) {
    const chunk = await result.fetchChunk()
    if (result.returnType === duckdb.ResultReturnType.INVALID) throw new StreamFailure()
    if (!chunk || chunk.rowCount === 0) return end(false)
    const sizeOf = measureRows(chunk, types, maxResultBytes)
    for (let row = 0; row < chunk.rowCount; row++) {
      if (rows === maxRows) return end(true)
      const fits = sizeOf !== undefined && bytes + sizeOf(row) <= maxResultBytes
      const text = fits ? textOf(() => rowOf(chunk, types, row)) : ''
      bytes += text.length
      if (!fits || bytes > maxResultBytes) {
        if (rows === 0) throw tooLarge('Its first rows alone', maxResultBytes)
        return end(true)
      }
      piece += rows++ === 0 ? text : `,${text}`
      if (piece.length < pieceLength) continue
      await write(piece, false)
      piece = ''
      await setImmediate()
    }
  }
}

/** JSON that nests by the ten thousands is more than the stack holds. */
function textOf(row: () => readonly Json[]): string {
  try {
    return JSON.stringify(row())
  } catch (cause) {
    const message = 'A value nests too deeply for an answer. Select parts of it, or its text: value::VARCHAR.'
    throw new CollectorError('query_too_large', message, { cause })
  }
}

const rowOf = (chunk: DuckDBDataChunk, types: readonly DuckDBType[], row: number): Json[] =>
  types.map((type, column) => jsonOf(chunk.getColumnVector(column).getItem(row), type))

/** An answer that was written in part, and the reason why the rest of it is missing. */
export function brokenEnd({ code, message }: CollectorError): string {
  return `],"truncated":true,"error":${JSON.stringify({ code, message })}}`
}

const tooLarge = (what: string, maxBytes: number) =>
  new CollectorError(
    'query_too_large',
    `Expected a result of at most ${maxBytes} bytes. ${what} are larger: select fewer columns, or parts of the values.`,
  )
