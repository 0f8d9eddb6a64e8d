/**
 * A compaction gives back the space of what was deleted, and changes nothing else, wherever it is cut short.
 *
 * COPY_ROUNDS=100 kills a hundred of them, COPY_SEED=n begins at another moment.
 */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineEvents } from '@downlink/protocol'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { newRecord } from '../dist/commit/session-record.js'
import { describeViews } from '../dist/query/event-views.js'
import { resolveQueryLimits } from '../dist/query/query-limits.js'
import { planReadStore } from '../dist/query/read-store.js'
import { createDuckDBStore } from '../dist/store/duckdb-store.js'
import { openDatabase } from '../dist/store/open-database.js'
import { killCompacting } from './compacting-process.ts'
import { aFolder } from './harness.ts'
import { seeded } from './seeded.ts'

const rounds = Number(process.env.COPY_ROUNDS ?? 3)
const seed = Number(process.env.COPY_SEED ?? 1)

const definitions = defineEvents({ shot: z.object({ ship: z.string() }), 'two words': z.object({ n: z.number() }) })
const position = { segment: 'a', offset: 7 }

/** As the store process puts it together. */
async function aStore(folder: string) {
  const plan = planReadStore(() => describeViews(definitions), resolveQueryLimits({}))
  const database = await openDatabase({ dataFolder: folder, log: { error: () => {} }, prepare: plan.prepare })
  const { readers, sandbox } = plan.open(database)
  const onCheckpoint = vi.fn()
  const store = await createDuckDBStore(database, {
    onCheckpoint,
    onCheckpointFailure() {},
    onReopen: () => readers.interrupt(),
  })
  await store.readPosition()
  const close = async () => {
    await store.interruptCopies()
    await readers.close()
    await store.close()
    await database.close()
  }
  onTestFinished(close)
  return { database, store, sandbox, readers, onCheckpoint, close }
}

const group = (from: number, count: number, data: () => string = () => JSON.stringify({ ship: 'a' })) => ({
  events: [
    {
      sessionId: 's',
      receivedAt: 1000,
      events: Array.from({ length: count }, (_, at) => ({
        seq: from + at,
        event: { type: 'shot', timestamp: 5, data: {}, json: data() },
      })),
    },
  ],
  rejected: [{ sessionId: 's', seq: from, code: 'bad_event', message: 'm', raw: 'r', receivedAt: 1000 } as const],
  earlierLabels: [],
  sessions: [{ ...newRecord('s', 1000), committedSeq: from + count - 1, stored: from + count - 1 }],
  position,
  logBytes: 0,
})

const noise = () => JSON.stringify({ ship: randomBytes(500).toString('hex') })

const files = ['downlink.duckdb', 'downlink.duckdb.headers', 'exports']

/** What the file says of itself, and all that is in it. */
async function contentsOf(file: string) {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson()
  try {
    const [tables, views, indexes, constraints, columns, storage] = await Promise.all([
      rows('SELECT schema_name, table_name, sql, comment FROM duckdb_tables() ORDER BY ALL'),
      rows(
        `SELECT schema_name, view_name, replace(sql, '"', ''), comment FROM duckdb_views() WHERE NOT internal ORDER BY ALL`,
      ),
      rows('SELECT schema_name, index_name, sql, is_unique, is_primary FROM duckdb_indexes() ORDER BY ALL'),
      rows('SELECT schema_name, table_name, constraint_type, constraint_text FROM duckdb_constraints() ORDER BY ALL'),
      rows(
        'SELECT schema_name, table_name, column_name, column_index, column_default, is_nullable, data_type, comment FROM duckdb_columns() WHERE NOT internal ORDER BY ALL',
      ),
      rows(
        'SELECT tags, options, encrypted, readonly FROM duckdb_databases() WHERE database_name = current_database()',
      ),
    ])
    const content: Record<string, unknown> = {}
    for (const [schema, table] of tables) content[`${table}`] = await rows(`FROM ${schema}.${table}`)
    return { tables, views, indexes, constraints, columns, storage, content }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const storageVersion = async (file: string): Promise<string> => (await readFile(file)).subarray(12, 20).toString('hex')

it('gives back the space of what was deleted, and leaves everything else of the database as it was', async () => {
  const folder = await aFolder()
  const file = join(folder, 'downlink.duckdb')
  const first = await aStore(folder)
  expect(await first.store.write(group(1, 4000, noise))).toEqual({ kind: 'written' })
  // Views, an index and a comment that somebody made.
  await first.sandbox.query('SELECT count(*) FROM shot')
  const connection = await first.database.connect()
  await connection.run('CREATE INDEX by_type ON events (type)')
  await connection.run(`COMMENT ON TABLE events IS 'it''s theirs'`)
  await connection.run('DELETE FROM events WHERE seq <= 3900')
  await connection.run('CHECKPOINT')
  first.database.release(connection)
  const bytes = await first.database.bytes()
  await first.close()
  const before = await contentsOf(file)
  const version = await storageVersion(file)

  const { store, database, onCheckpoint, close, sandbox } = await aStore(folder)
  await store.compact()
  expect(onCheckpoint).toHaveBeenLastCalledWith(position)
  expect(await database.bytes()).toBeLessThan(bytes * 0.7)
  expect((await sandbox.query('SELECT count(*)::INT FROM shot')).rows).toEqual([[100]])
  await close()
  expect(await contentsOf(file)).toEqual(before)
  expect(await storageVersion(file)).toBe(version)
  expect((await readdir(folder)).sort()).toEqual(files)
})

it('holds what is to be written until the files have changed places, and then writes it', async () => {
  const { store, sandbox } = await aStore(await aFolder())
  await store.write(group(1, 2000, noise))
  const order: string[] = []
  const compacted = store.compact().then(() => order.push('compacted'))
  await new Promise(setImmediate)
  const written = store.write(group(2001, 1)).then((outcome) => order.push(outcome.kind))
  await Promise.all([compacted, written])
  expect(order).toEqual(['compacted', 'written'])
  expect((await sandbox.query('SELECT count(*)::INT FROM events')).rows).toEqual([[2001]])
})

it('lets reads go on, and tells one that runs when the files change places to try again', async () => {
  const { store, sandbox } = await aStore(await aFolder())
  await store.write(group(1, 2000, noise))
  const ask = () => sandbox.query('SELECT count(*)::INT FROM events')
  const long = sandbox.query('SELECT count(*) FROM range(100000000000)').catch((error: unknown) => error)
  let isDone = false
  const compacted = store.compact().finally(() => {
    isDone = true
  })
  const answers: unknown[] = []
  while (!isDone)
    answers.push(
      await ask().then(
        ({ rows }) => rows[0]?.[0],
        ({ code }) => code,
      ),
    )
  await compacted
  expect(answers).toContain(2000)
  expect(answers.filter((answer) => answer !== 2000 && answer !== 'query_interrupted')).toEqual([])
  expect(await long).toMatchObject({ code: 'query_interrupted' })
  expect((await ask()).rows).toEqual([[2000]])
})

it('takes the text of what was deleted out of the file', async () => {
  const folder = await aFolder()
  const { store, database, close } = await aStore(folder)
  const file = join(folder, 'downlink.duckdb')
  const secret = randomBytes(16).toString('hex')
  const connection = await database.connect()
  await store.write(group(1, 10, () => JSON.stringify({ ship: secret + randomBytes(100).toString('hex') })))
  await connection.run('DELETE FROM events')
  await connection.run('CHECKPOINT')
  database.release(connection)
  await store.compact()
  await close()
  expect((await readFile(file)).includes(secret)).toBe(false)
})

it('ends with the store, and then nothing of it is left', async () => {
  const folder = await aFolder()
  const { store, database } = await aStore(folder)
  await store.write(group(1, 4000, noise))
  const compacted = store.compact()
  await store.interruptCopies()
  // It may have been about to change places already; then it goes on.
  await compacted.catch((error: Error) => expect(error.message).toMatch(/INTERRUPT/))
  expect(await readdir(database.copyFolder).catch(() => [])).toEqual([])
  expect(await store.write(group(4001, 1))).toEqual({ kind: 'written' })
})

it('does not put a new file in the place of one whose write-ahead log is still there', async () => {
  const folder = await aFolder()
  const database = await openDatabase({ dataFolder: folder, log: { error: () => {} } })
  onTestFinished(() => database.close())
  const another = join(database.copyFolder, 'another.duckdb')
  await mkdir(database.copyFolder)
  await writeFile(another, '')
  await writeFile(join(folder, 'downlink.duckdb.wal.recovery'), 'left')
  await expect(database.replaceBy(another)).rejects.toThrow(/without/)
  const connection = await database.connect()
  expect((await connection.runAndReadAll('SELECT count(*)::INT FROM events')).getRows()).toEqual([[0]])
  database.release(connection)
  expect(existsSync(database.copyFolder)).toBe(false)
})

it(`killed at any moment it leaves one database, whole, and nothing beside it: ${rounds} rounds from COPY_SEED=${seed}`, async () => {
  const folder = await aFolder()
  const file = join(folder, 'downlink.duckdb')
  const first = await aStore(folder)
  await first.store.write(group(1, 20_000, noise))
  await first.close()
  const before = await contentsOf(file)
  const random = seeded(seed)
  for (let round = 1; round <= rounds; round++) {
    const [compactions, afterMs] = [1 + Math.floor(random() * 2), Math.floor(random() * 1000)]
    const cut = `round ${round}: ${afterMs} ms into compaction ${compactions}`
    expect(await killCompacting(folder, compactions, afterMs), cut).toBe('')
    const error = vi.fn()
    // A child that looks at the file may outlive the one that was killed.
    const database = await openDatabase({ dataFolder: folder, lockTimeoutMs: 20_000, log: { error } })
    await database.close()
    expect(error.mock.calls, cut).toEqual([])
    expect(await contentsOf(file), cut).toEqual(before)
    expect((await readdir(folder)).sort(), cut).toEqual(files)
  }
})
