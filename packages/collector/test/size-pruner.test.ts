/**
 * Prunes a real database to a size: nothing goes that the bound does not ask for, however large rows are, and whoever reads
 * beside it. DOWNLINK_MAX_BYTES=268435456 does it at the least bound that the option allows.
 */
import { expect, it, onTestFinished, vi } from 'vitest'
import { createOperations } from '../dist/life/operations.js'
import { createPruner } from '../dist/life/pruner.js'
import { createSizePruner } from '../dist/life/size-pruner.js'
import { resolveQueryLimits } from '../dist/query/query-limits.js'
import { planReadStore } from '../dist/query/read-store.js'
import { createDuckDBStore } from '../dist/store/duckdb-store.js'
import { openDatabase } from '../dist/store/open-database.js'
import { createAnswers } from '../dist/store-process/answers.js'
import type { StoreQuestion } from '../dist/store-process/messages.js'
import { aFolder } from './harness.ts'

const largeBytes = Number(process.env.DOWNLINK_MAX_BYTES ?? 8_000_000)
const groupRows = 122_880
/** Of few rows as much more may go, so that the database need not be rewritten soon. */
const shareOfFew = 7 / 8

/** A database whose rows are written at once, and a size pruner over it as a collector has it. */
async function aPruner(insert: string) {
  const plan = planReadStore(async () => [], resolveQueryLimits({}))
  const database = await openDatabase({
    dataFolder: await aFolder(),
    log: { error() {} },
    async prepare(connection, folders) {
      // Which compression it takes is a matter of samples.
      await connection.run("SET force_compression = 'uncompressed'")
      await plan.prepare(connection, folders)
    },
  })
  const { readers, sandbox } = plan.open(database)
  const ended = { onCheckpoint() {}, onCheckpointFailure: (reason: string) => expect.fail(reason) }
  const store = await createDuckDBStore(database, { ...ended, onReopen: () => readers.interrupt() })
  await store.readPosition()
  onTestFinished(async () => {
    await readers.close()
    await store.close()
    await database.close()
  })
  const connection = await database.connect()
  await connection.run(insert)
  database.release(connection)
  const sink = { caughtUp: async () => true }
  const answer = createAnswers({ database, store, readers, sandbox, sink, collector: { received: async () => true } })
  const release = vi.fn()
  const ask = vi.fn(async (question: StoreQuestion): Promise<never> => {
    // Whoever reads is interrupted then.
    if (question.kind === 'compact') release()
    // As the kind of the question has it.
    return (await answer(question, 0)) as never
  })
  const commits = {
    async appendOperation(operation: Parameters<typeof store.apply>[0]['operation']) {
      const outcome = await store.apply({ operation, position: { segment: 'a', offset: 7 } })
      return outcome.kind === 'written'
    },
  }
  const operations = createOperations({ commits, store: { ask }, wallMs: () => 0, onApplied() {} })
  const log = { bytes: 0, keptBytes: 0 }
  // The first one takes blocks of its own.
  await operations.run({ kind: 'expire', receivedBeforeMs: 0 })
  await store.checkpoint()
  const pruner = createSizePruner({
    pruner: createPruner(operations, { ask }),
    store: { ask },
    log,
    logger: { warn() {} },
  })
  return {
    prune: pruner.prune,
    usedBytes: async () => (await store.readSpace()).usedBytes,
    /** What can be freed is freed by a checkpoint that has something to write. */
    async free() {
      await operations.run({ kind: 'expire', receivedBeforeMs: 0 })
      await store.checkpoint()
    },
    rewrites: () => ask.mock.calls.filter(([{ kind }]) => kind === 'compact').length,
    /** Reads, until the database is rewritten, or `end` is called. */
    async read() {
      const reader = await database.connect()
      await reader.run('BEGIN; FROM events LIMIT 1')
      release.mockImplementationOnce(() => database.release(reader))
      return { end: release }
    },
  }
}

/** @param data of each row, as SQL over its number `i` */
const rowsSql = (rows: number, data: string): string => `INSERT INTO events
  SELECT 's', i, 'a', NULL, make_timestamp_ms(i), make_timestamp_ms(1000000 + i), ${data}, NULL, make_timestamp_ms(i), NULL
  FROM range(${rows}) AS rows(i)`

/** Text of a row that no other has. */
const digits = (characters: number): string =>
  `'"' || concat(${Array.from({ length: characters / 64 }, (_, at) => `sha256(i || '${at}')`)}) || '"'`

it('of few large rows deletes what is too much, and an eighth more', async () => {
  const { prune, usedBytes, rewrites } = await aPruner(rowsSql(largeBytes / 1000, digits(1024)))
  const before = await usedBytes()
  expect(before).toBeGreaterThan(largeBytes)
  const maxBytes = Math.round(before * 0.9)
  await prune(maxBytes)
  expect(rewrites()).toBeLessThanOrEqual(2)
  const after = await usedBytes()
  expect(after).toBeLessThanOrEqual(maxBytes)
  expect(after).toBeGreaterThan(maxBytes * (shareOfFew - 1 / 24))
})

it('goes by the bytes of rows, not by how many there are: the oldest are few and large, or many and small', async () => {
  for (const isLarge of ['i < 1000', 'i >= 7000']) {
    const data = `CASE WHEN ${isLarge} THEN ${digits(4096)} ELSE ${digits(128)} END`
    const { prune, usedBytes } = await aPruner(rowsSql(8000, data))
    const before = await usedBytes()
    const maxBytes = Math.round(before * 0.95)
    await prune(maxBytes)
    const after = await usedBytes()
    expect(after).toBeLessThanOrEqual(maxBytes)
    expect(after).toBeGreaterThan(maxBytes * (shareOfFew - 1 / 12))
  }
})

it('of many small rows deletes what is too much, also where somebody reads meanwhile, so that nothing is freed yet', async () => {
  const rows = 10 * groupRows
  const { prune, usedBytes, free, rewrites, read } = await aPruner(rowsSql(rows, digits(64)))
  const before = await usedBytes()
  const reader = await read()
  const maxBytes = Math.round(before * 0.95)
  const { events } = await prune(maxBytes)
  // Blocks are freed by whole groups of rows, and rows go by slices.
  expect(events).toBeGreaterThan(0.05 * rows)
  expect(events).toBeLessThan(0.05 * rows + groupRows + rows / 24)
  await free()
  expect(await usedBytes()).toBeGreaterThan(maxBytes)
  expect(await prune(maxBytes)).toEqual({ events: 0, rejected: 0 })
  reader.end()
  await free()
  expect(await usedBytes()).toBeLessThanOrEqual(maxBytes)
  expect(rewrites()).toBe(0)
})
