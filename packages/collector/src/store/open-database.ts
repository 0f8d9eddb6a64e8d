/** Opens the database file, and makes the connections to it. */
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeFolder } from '@downlink/artifacts/node'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { CollectorError } from '../errors.ts'
import { replaceFile } from './compaction.ts'
import { createConnectionsInUse } from './connections-in-use.ts'
import { openInstance } from './open-instance.ts'
import { keepHeaders } from './recovery/file-headers.ts'
import { inChild } from './recovery/probe.ts'
import type { RecoveryLog } from './recovery/recover-database.ts'

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

/** @throws {CollectorError} `data_in_use`, `data_unusable` */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { dataFolder, lockTimeoutMs = 0, log, prepare } = options
  const folder = resolve(dataFolder)
  const exportFolder = join(folder, 'exports')
  const file = join(folder, 'downlink.duckdb')
  const copyFolder = join(folder, 'copies')
  const connections = createConnectionsInUse()
  await makeFolder(exportFolder).catch((cause: unknown) => {
    throw new CollectorError('data_unusable', `Can't make the folder ${exportFolder}: ${String(cause)}`, { cause })
  })
  const open = (damage?: string): Promise<DuckDBInstance> =>
    openInstance({
      file,
      exportFolder,
      copyFolder,
      logFolder: join(folder, 'log'),
      damage,
      log,
      lockTimeoutMs,
      prepare,
    })
  let opening = open()
  await opening

  return {
    folder,
    exportFolder,
    copyFolder,
    bytes: async () => (await stat(file)).size,
    async connect() {
      const instance = await opening
      return connections.add(instance.connect())
    },
    release(connection) {
      if (connections.delete(connection)) connection.closeSync()
    },
    async reopen(damage) {
      opening = close().then(() => open(damage))
      await opening
    },
    async replaceBy(copy) {
      let failure: unknown
      opening = close()
        .then(() => replaceFile(file, copy, folder))
        .catch((error: unknown) => {
          failure = error
        })
        .then(() => open())
      await opening
      if (failure !== undefined) throw failure
    },
    async keepHeaders() {
      await inChild(keepHeadersMain, [file])
    },
    close,
  }

  async function close(): Promise<void> {
    // One that could not be opened is closed already.
    const instance = await opening.catch(() => undefined)
    await connections.interrupt()
    instance?.closeSync()
    // Closing was the last checkpoint.
    if (instance) await keepHeaders(file).catch(() => {})
  }
}
