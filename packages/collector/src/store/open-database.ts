/** The database file and the connections to it. */
import { mkdir } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { CollectorError } from '../errors.ts'
import { judgeFailure } from './probe.ts'
import { type SetAsideLog, setAsideCorrupt, unopened } from './set-aside.ts'
import { tableDefinitions } from './tables.ts'

export interface Database {
  /** Absolute path of the data folder. */
  readonly folder: string
  /** Where exports go: the one folder that queries may touch. */
  readonly exportFolder: string
  /** A connection of one's own. It ends when the database is reopened or closed; `release` ends it before. */
  connect(): Promise<DuckDBConnection>
  release(connection: DuckDBConnection): void
  /** Opens the file anew: nothing else helps after a fatal error of the engine. Ends all connections. */
  reopen(): Promise<void>
  close(): void
}

export interface DatabaseOptions {
  readonly dataFolder: string
  readonly log: SetAsideLog
  /** Runs after each opening, before anybody else connects: views, and settings that must hold for all. */
  readonly prepare?: (connection: DuckDBConnection, exportFolder: string) => Promise<void>
}

/** @throws {CollectorError} `data_in_use`, `data_unusable` */
export async function openDatabase({ dataFolder, log, prepare }: DatabaseOptions): Promise<Database> {
  const folder = resolve(dataFolder)
  const exportFolder = join(folder, 'exports')
  const file = join(folder, 'downlink.duckdb')
  const connections = new Set<DuckDBConnection>()
  await mkdir(exportFolder, { recursive: true }).catch((cause: unknown) => {
    throw new CollectorError('data_unusable', `Can't make the folder ${exportFolder}: ${String(cause)}`, { cause })
  })
  let instance = await open()

  return {
    folder,
    exportFolder,
    async connect() {
      const connection = await instance.connect()
      connections.add(connection)
      return connection
    },
    release,
    async reopen() {
      close()
      instance = await open()
    },
    close,
  }

  async function open(): Promise<DuckDBInstance> {
    await setAsideCorrupt(file, log)
    let opened: DuckDBInstance | undefined
    try {
      opened = await DuckDBInstance.create(file, databaseSettings())
      const connection = await opened.connect()
      for (const definition of tableDefinitions) await connection.run(definition)
      await prepare?.(connection, exportFolder)
      connection.closeSync()
      return opened
    } catch (error) {
      opened?.closeSync()
      const verdict = judgeFailure(error instanceof Error ? error.message : String(error))
      throw verdict.kind === 'sound' ? error : unopened(file, verdict)
    }
  }

  function release(connection: DuckDBConnection): void {
    if (connections.delete(connection)) connection.closeSync()
  }

  function close(): void {
    for (const connection of connections) {
      connection.interrupt()
      release(connection)
    }
    instance.closeSync()
  }
}

function databaseSettings(): Record<string, string> {
  const memoryMb = Math.round(Math.min(Math.max(totalmem() / 4, 256e6), 4e9) / 1e6)
  return {
    // Checkpoints are the store's to run (checkpoints.ts), never a commit's.
    checkpoint_threshold: '1TB',
    // A query must not take the machine from the game, or from ingest.
    memory_limit: `${memoryMb}MB`,
    threads: String(Math.max(1, availableParallelism() - 1)),
  }
}
