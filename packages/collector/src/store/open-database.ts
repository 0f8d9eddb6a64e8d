/** Opens the database file, or says what to do about it. */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { CollectorError } from '../errors.ts'
import { tableDefinitions } from './tables.ts'

const databaseSettings = {
  // Checkpoints are the store's to run (checkpoints.ts), never a commit's.
  checkpoint_threshold: '1TB',
}

export interface Database {
  /** Absolute path of the data folder. */
  readonly folder: string
  /** Where exports go: the one folder that queries may touch. */
  readonly exportFolder: string
  /** A connection of one's own; the caller closes it. */
  connect(): Promise<DuckDBConnection>
  /** Closes the file. All connections must be closed before. */
  close(): void
}

export async function openDatabase(dataFolder: string): Promise<Database> {
  const folder = resolve(dataFolder)
  const exportFolder = join(folder, 'exports')
  const file = join(folder, 'downlink.duckdb')
  try {
    await mkdir(exportFolder, { recursive: true })
    const instance = await DuckDBInstance.create(file, databaseSettings)
    const connection = await instance.connect()
    for (const definition of tableDefinitions) await connection.run(definition)
    connection.closeSync()
    return {
      folder,
      exportFolder,
      connect: () => instance.connect(),
      close: () => instance.closeSync(),
    }
  } catch (cause) {
    throw new CollectorError('data_unusable', `Can't open ${file}: ${String(cause)}`, { cause })
  }
}
