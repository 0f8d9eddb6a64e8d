/** Rows into one table through DuckDB's appender: no SQL is parsed and no parameter bound. */
import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api'
import { UnstorableError } from './failures.ts'

/** Within the connection's transaction. */
export interface TableAppender {
  /** @throws {UnstorableError} where a value does not fit its column; the transaction must be rolled back */
  append(rows: readonly (readonly DuckDBValue[])[]): void
}

/** Rows that DuckDB takes in one chunk. */
const chunkRows = 2048

export async function createTableAppender(
  connection: DuckDBConnection,
  table: string,
  types: readonly DuckDBType[],
): Promise<TableAppender> {
  const appender = await connection.createAppender(table)
  return {
    append(rows) {
      for (let from = 0; from < rows.length; from += chunkRows) {
        appender.appendDataChunk(chunkOf(types, rows.slice(from, from + chunkRows)))
      }
      flush(appender)
    },
  }
}

function chunkOf(types: readonly DuckDBType[], rows: readonly (readonly DuckDBValue[])[]): DuckDBDataChunk {
  const chunk = DuckDBDataChunk.create(types, rows.length)
  try {
    chunk.setRows(rows)
  } catch (cause) {
    throw new UnstorableError(String(cause), { cause })
  }
  return chunk
}

function flush(appender: DuckDBAppender): void {
  try {
    appender.flushSync()
  } catch (error) {
    // What it holds would come along with the next rows.
    appender.clear()
    throw error
  }
}
