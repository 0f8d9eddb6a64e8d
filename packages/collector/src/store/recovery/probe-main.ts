/** Looks at a database file: the process that `probe.ts` starts. */

import { stat } from 'node:fs/promises'
import process from 'node:process'
import { messageOf } from '@downlink/protocol'
import type { DuckDBConnection } from '@duckdb/node-api'
import { duckdb } from '../../duckdb.ts'
import { hasTable, readFormat } from '../tables.ts'
import { keepHeaders } from './file-headers.ts'
import { type Attempt, answerParent, type ProbeAnswer, type ProbeTask } from './probe.ts'

/** Reading a file of this size whole takes a tenth of a second; of a larger one `downlink doctor` does it. */
const readWholeBytes = 64 * 1024 * 1024

const selectPosition = 'SELECT segment, log_offset FROM collector.log_position'

/** Sums of what single sessions are off by: a write-ahead log of another file leaves them so. */
const selectUnbalanced = `SELECT coalesce(sum(abs(coalesce(stored, 0) - coalesce(rows, 0))), 0)
  FROM sessions FULL JOIN (SELECT session_id, count(*) AS rows FROM events GROUP BY session_id) USING (session_id)`

async function look(file: string, task: ProbeTask): Promise<ProbeAnswer> {
  const instance = await duckdb.DuckDBInstance.create(file, task === 'open' ? {} : { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  const one = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()[0]
  await readFormat(connection)
  const [segment, offset] = (await hasTable(connection, 'log_position')) ? ((await one(selectPosition)) ?? []) : []
  const position = segment === undefined ? undefined : { segment: String(segment), offset: Number(offset) }
  const isStore = await hasTable(connection, 'sessions')
  const unbalanced = task === 'count' && isStore ? Number((await one(selectUnbalanced))?.[0]) : 0
  if (isStore) await readTable(connection, 'sessions')
  if ((await stat(file)).size <= readWholeBytes) {
    for (const table of ['events', 'rejected_events']) {
      if (await hasTable(connection, table)) await readTable(connection, table)
    }
  }
  if (isStore && task === 'open') await readIndex(connection)
  // Closing would do it too, but keep to itself that it failed, say for want of disk.
  if (task === 'open') await connection.run('CHECKPOINT')
  connection.closeSync()
  instance.closeSync()
  if (task === 'open') await keepHeaders(file)
  return { position, unbalanced }
}

/** Blocks are verified as they are read; a mere maximum is taken from a table's statistics. */
async function readTable(connection: DuckDBConnection, table: string): Promise<void> {
  await connection.run(`SELECT bit_xor(hash(COLUMNS(*))) FROM ${table}`)
}

/** Looks each session up in the index of `sessions`, which no query reads: a damaged one would hold whoever writes. */
async function readIndex(connection: DuckDBConnection): Promise<void> {
  await connection.run('BEGIN')
  await connection.run('INSERT INTO sessions FROM sessions ON CONFLICT DO NOTHING')
  await connection.run('ROLLBACK')
}

async function attempt(file: string): Promise<Attempt> {
  try {
    return { kind: 'sound', answer: await look(file, 'look') }
  } catch (error) {
    return { kind: 'failed', reason: messageOf(error) }
  }
}

const files = process.argv.slice(2)
const task = files.pop()
await answerParent(async () => {
  if (task !== 'all') return look(files[0] ?? '', task as ProbeTask)
  const attempts: Attempt[] = []
  for (const file of files) attempts.push(await attempt(file))
  return attempts
})
