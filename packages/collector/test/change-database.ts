/** Changes a database at rest. */
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

export async function changeDatabase(data: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(join(data, 'downlink.duckdb'))
  const connection = await instance.connect()
  await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
}
