/** Opens an instance of the engine on the database's file, which is recovered before; waits where a process that was killed still holds it. */
import { rm } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '@downlink/protocol'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { duckdb } from '../duckdb.ts'
import { CollectorError } from '../errors.ts'
import { classifyFailure } from './recovery/probe.ts'
import { removeDiscarded } from './recovery/quarantine.ts'
import { type RecoveryOptions, recoverDatabase, unopened } from './recovery/recover-database.ts'
import { prepareTables } from './tables.ts'

export interface InstanceOptions extends RecoveryOptions {
  readonly exportFolder: string
  readonly copyFolder: string
  /** How long another process may hold the file before opening fails. */
  readonly lockTimeoutMs: number
  readonly prepare: ((connection: DuckDBConnection, writableFolders: readonly string[]) => Promise<void>) | undefined
}

const lockRetryMs = 100

/** @throws {CollectorError} `data_in_use`, `data_unusable` */
export async function openInstance(options: InstanceOptions): Promise<DuckDBInstance> {
  const givesUpAtMs = performance.now() + options.lockTimeoutMs
  for (;;) {
    try {
      return await openOnce(options)
    } catch (error) {
      const isLocked = error instanceof CollectorError && error.code === 'data_in_use'
      if (!isLocked || performance.now() > givesUpAtMs) throw error
      await sleep(lockRetryMs)
    }
  }
}

async function openOnce(options: InstanceOptions): Promise<DuckDBInstance> {
  const { file, exportFolder, copyFolder, prepare } = options
  await recoverDatabase(options)
  let instance: DuckDBInstance | undefined
  let connection: DuckDBConnection | undefined
  try {
    instance = await duckdb.DuckDBInstance.create(file, databaseSettings())
    connection = await instance.connect()
    await prepareTables(connection)
    await prepare?.(connection, [exportFolder, copyFolder])
    // What a copy left that was cut short, or a restore. Only now is it certain that nobody else has the folder.
    await rm(copyFolder, { recursive: true, force: true })
    await removeDiscarded(dirname(file))
    connection.closeSync()
    return instance
  } catch (error) {
    connection?.closeSync()
    instance?.closeSync()
    throw unopened(file, classifyFailure(messageOf(error)))
  }
}

/** What the database may take: a quarter of the machine, from 256 MB to 4 GB. */
export const memoryLimitMb = (): number => Math.round(Math.min(Math.max(totalmem() / 4, 256e6), 4e9) / 1e6)

function databaseSettings(): Record<string, string> {
  return {
    // Checkpoints are the store's to run (checkpoints.ts), never a commit's.
    checkpoint_threshold: '1TB',
    // A query must not take the machine from the game, or from ingest.
    memory_limit: `${memoryLimitMb()}MB`,
    threads: String(Math.max(1, availableParallelism() - 1)),
  }
}
