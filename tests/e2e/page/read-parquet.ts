/** Reads a Parquet file that was downloaded. */
import { DuckDBInstance } from '@duckdb/node-api'

/** @param columns what of it is selected */
export async function readParquet(path: string, columns: string) {
  // Several threads would read its groups of rows at once, and the first row would be the first of any of them.
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  return (await connection.runAndReadAll(`SELECT ${columns} FROM read_parquet('${path}')`)).getRowsJS()
}
