/** Opens the read side over a database of its own, and a writer that stands for the commits. */
import type { EventDefinitions } from '@downlink/protocol'
import { DuckDBTimestampValue } from '@duckdb/node-api'
import { onTestFinished } from 'vitest'
import { describeViews } from '../src/query/event-views.ts'
import { type QueryLimits, resolveQueryLimits } from '../src/query/query-limits.ts'
import { planReadStore, type ReadWatch } from '../src/query/read-store.ts'
import { openDatabase } from '../src/store/open-database.ts'
import { aFolder } from './harness.ts'

export interface ReadStoreSetup {
  readonly definitions?: EventDefinitions
  readonly limits?: Partial<QueryLimits>
  /** Before the lock. */
  readonly settings?: readonly string[]
  readonly watch?: ReadWatch
}

const at = new DuckDBTimestampValue(1_767_225_600_000_000n)

/** One that its test has for itself. */
export async function aReadStore(setup: ReadStoreSetup = {}) {
  const store = await openReadStore(await aFolder(), setup)
  onTestFinished(() => store.end())
  return store
}

/** One that tests may share. */
export async function openReadStore(dataFolder: string, setup: ReadStoreSetup = {}) {
  const { definitions = { schemas: {} }, limits, settings = [], watch } = setup
  const plan = planReadStore(() => describeViews(definitions), resolveQueryLimits(limits))
  const database = await openDatabase({
    dataFolder,
    log: { error: () => {} },
    async prepare(connection, writableFolders) {
      for (const setting of settings) await connection.run(setting)
      await plan.prepare(connection, writableFolders)
    },
  })
  const store = plan.open(database, watch)
  const writer = await database.connect()

  let seq = 0
  return {
    ...store,
    ...database,
    query: (sql: string) => store.sandbox.query(sql),
    rows: async (sql: string) => (await store.sandbox.query(sql)).rows,
    /** Writes one event as a commit does, and so proves that commits still work. Text is taken as JSON, unchecked. */
    async commit(type = 'x', data: unknown = {}) {
      await writer.run('BEGIN')
      const appender = await writer.createAppender('events')
      appender.appendVarchar('s')
      appender.appendBigInt(BigInt(++seq))
      appender.appendVarchar(type)
      appender.appendNull()
      appender.appendTimestamp(at)
      appender.appendTimestamp(at)
      appender.appendVarchar(typeof data === 'string' ? data : JSON.stringify(data))
      appender.appendNull()
      appender.appendTimestamp(at)
      appender.appendNull()
      appender.endRow()
      appender.flushSync()
      appender.closeSync()
      await writer.run('COMMIT')
      return seq
    },
    run: (sql: string) => writer.run(sql),
    async end() {
      await store.readers.close()
      database.release(writer)
      await database.close()
    },
  }
}
