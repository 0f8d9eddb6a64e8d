/** A database with our tables, a writer, and the read side over it. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventDefinitions } from '@downlink/protocol'
import { DuckDBInstance, DuckDBTimestampValue } from '@duckdb/node-api'
import { onTestFinished } from 'vitest'
import { type QueryLimits, settleQueryLimits } from '../src/query/query-limits.ts'
import { openReadStore } from '../src/query/read-store.ts'
import { tableDefinitions } from '../src/store/tables.ts'
import { aFolder } from './harness.ts'

export interface ReadStoreSetup {
  readonly definitions?: EventDefinitions
  readonly limits?: Partial<QueryLimits>
}

export async function aReadStore({ definitions = { schemas: {} }, limits = {} }: ReadStoreSetup = {}) {
  const folder = await aFolder()
  const exportFolder = join(folder, 'exports')
  await mkdir(exportFolder)
  const instance = await DuckDBInstance.create(join(folder, 'downlink.duckdb'))
  const writer = await instance.connect()
  for (const definition of tableDefinitions) await writer.run(definition)
  const connect = () => instance.connect()
  const store = await openReadStore({ connect, exportFolder, definitions, limits: settleQueryLimits(limits) })
  onTestFinished(async () => {
    await store.readers.close()
    writer.closeSync()
    instance.closeSync()
  })

  const at = new DuckDBTimestampValue(1_767_225_600_000_000n)
  let seq = 0
  return {
    ...store,
    folder,
    query: (sql: string) => store.jail.query(sql),
    rows: async (sql: string) => (await store.jail.query(sql)).rows,
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
      appender.endRow()
      appender.flushSync()
      appender.closeSync()
      await writer.run('COMMIT')
      return seq
    },
    run: (sql: string) => writer.run(sql),
  }
}
