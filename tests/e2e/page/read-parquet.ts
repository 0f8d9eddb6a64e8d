/** Reads a Parquet file that was downloaded. */
import { DuckDBInstance } from '@duckdb/node-api'

/** @param columns what of it is selected */
export async function readParquet(path: string, columns: string) {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  return (await connection.runAndReadAll(`SELECT ${columns} FROM read_parquet('${path}')`)).getRowsJS()
}
