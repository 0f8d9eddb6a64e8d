/**
 * Opens a database in a process of its own and says on stdout how that went.
 * A damaged file can take the process that opens it down, or leave its binding unusable: better this one than the collector.
 */
import process from 'node:process'
import { DuckDBInstance } from '@duckdb/node-api'

// Ctrl-C goes to the whole process group. A probe that is cut short knows nothing, and the collector waits for it anyway.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const [, , file = ''] = process.argv

try {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  const known = await connection.runAndReadAll("SELECT 1 FROM duckdb_tables() WHERE table_name = 'sessions'")
  // Blocks are verified as they are read, and the sessions are what the collector can't be without.
  if (known.currentRowCount > 0) await connection.run('SELECT max(mark), max(proof_hash), max(rejected) FROM sessions')
  // Closing would do it too, but keep to itself that it failed, say for want of disk.
  await connection.run('CHECKPOINT')
  connection.closeSync()
  instance.closeSync()
  process.stdout.write('sound')
} catch (error) {
  process.stdout.write(`failed ${error instanceof Error ? error.message : String(error)}`)
}
