/** Opens the database file, and makes the connections to it. */

import { mkdir, rm, stat } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { messageOf } from '@downlink/protocol'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { CollectorError } from '../errors.ts'
import { replaceFile } from './compaction.ts'
import { keepHeaders } from './recovery/file-headers.ts'
import { classifyFailure, inChild } from './recovery/probe.ts'
import { type RecoveryLog, recoverDatabase, unopened } from './recovery/recover-database.ts'
import { prepareTables } from './tables.ts'

export interface Database {
  /** Absolute path of the data folder. */
  readonly folder: string
  /** Where exports go. */
  readonly exportFolder: string
  /** Where copies of the database are made; it is not there as a rule. It and that of the exports are all that the database may touch beside its file. */
  readonly copyFolder: string
  /** Of its file. */
  bytes(): Promise<number>
  /** A connection of one's own, to be released once nothing runs on it. Waits while the file is opened anew. */
  connect(): Promise<DuckDBConnection>
  release(connection: DuckDBConnection): void
  /**
   * Opens the file anew: nothing else helps after a fatal error of the engine. Waits as `close` does.
   *
   * @param damage what the engine said of the file, which is rebuilt then
   */
  reopen(damage?: string): Promise<void>
  /**
   * Puts a file in the place of the database's, and opens that. Waits as `close` does.
   *
   * @throws where that can't be done: the one before is open again then
   */
  replaceBy(file: string): Promise<void>
  /** Keeps a copy of the file's headers, of which the newest is what the whole file hangs on. Never rejects. */
  keepHeaders(): Promise<void>
  /** Interrupts what runs, and closes once all connections are released: before that the engine would crash. */
  close(): Promise<void>
}

export interface DatabaseOptions {
  readonly dataFolder: string
  /** How long another process may hold the file before opening fails: one that was killed is gone in a moment. @default 0 */
  readonly lockTimeoutMs?: number
  readonly log: RecoveryLog
  /** Runs after each opening, before anybody else connects: views, and settings that must hold for all. */
  readonly prepare?: (connection: DuckDBConnection, writableFolders: readonly string[]) => Promise<void>
}

const keepHeadersMain = fileURLToPath(new URL('./recovery/keep-headers-main.js', import.meta.url))

/** An interrupt between two statements is lost, so it is repeated. */
const interruptEveryMs = 20

const lockRetryMs = 100

/** @throws {CollectorError} `data_in_use`, `data_unusable` */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { dataFolder, lockTimeoutMs = 0, log, prepare } = options
  const folder = resolve(dataFolder)
  const exportFolder = join(folder, 'exports')
  const file = join(folder, 'downlink.duckdb')
  const copyFolder = join(folder, 'copies')
  const connections = new Set<DuckDBConnection>()
  /** Connections that are being made. */
  let connecting = 0
  await makeFolder(exportFolder).catch((cause: unknown) => {
    throw new CollectorError('data_unusable', `Can't make the folder ${exportFolder}: ${String(cause)}`, { cause })
  })
  let opening = openUnlocked()
  await opening

  return {
    folder,
    exportFolder,
    copyFolder,
    bytes: async () => (await stat(file)).size,
    async connect() {
      const instance = await opening
      connecting++
      try {
        const connection = await instance.connect()
        connections.add(connection)
        return connection
      } finally {
        connecting--
      }
    },
    release(connection) {
      if (connections.delete(connection)) connection.closeSync()
    },
    async reopen(damage) {
      opening = close().then(() => openUnlocked(damage))
      await opening
    },
    async replaceBy(copy) {
      let failure: unknown
      opening = close()
        .then(() => replaceFile(file, copy, folder))
        .catch((error: unknown) => {
          failure = error
        })
        .then(() => openUnlocked())
      await opening
      if (failure !== undefined) throw failure
    },
    async keepHeaders() {
      await inChild(keepHeadersMain, [file])
    },
    close,
  }

  async function openUnlocked(damage?: string): Promise<DuckDBInstance> {
    const givesUpAtMs = performance.now() + lockTimeoutMs
    for (;;) {
      try {
        return await open(damage)
      } catch (error) {
        const isLocked = error instanceof CollectorError && error.code === 'data_in_use'
        if (!isLocked || performance.now() > givesUpAtMs) throw error
        await sleep(lockRetryMs)
      }
    }
  }

  async function open(damage?: string): Promise<DuckDBInstance> {
    await recoverDatabase({ file, logFolder: join(folder, 'log'), damage, log })
    let instance: DuckDBInstance | undefined
    let connection: DuckDBConnection | undefined
    try {
      instance = await DuckDBInstance.create(file, databaseSettings())
      connection = await instance.connect()
      await prepareTables(connection)
      await prepare?.(connection, [exportFolder, copyFolder])
      // What a copy left that was cut short. Only now is it certain that nobody else has the folder.
      await rm(copyFolder, { recursive: true, force: true })
      connection.closeSync()
      return instance
    } catch (error) {
      connection?.closeSync()
      instance?.closeSync()
      throw unopened(file, classifyFailure(messageOf(error)))
    }
  }

  async function close(): Promise<void> {
    // One that could not be opened is closed already.
    const instance = await opening.catch(() => undefined)
    while (connections.size + connecting > 0) {
      for (const connection of connections) connection.interrupt()
      await sleep(interruptEveryMs)
    }
    instance?.closeSync()
    // Closing was the last checkpoint.
    if (instance) await keepHeaders(file).catch(() => {})
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

/**
 * One level at a time: Node's own recursion never ends where the system misses a parent that is there, as it does
 * under `/proc`.
 *
 * @param path absolute
 * @throws the system's error, of the level that failed
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return
  const parent = dirname(path)
  if (parent !== path) await makeFolder(parent)
  await mkdir(path).catch(async (error: unknown) => {
    // Somebody else may have been faster.
    if (!(await isFolder(path))) throw error
  })
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
