/** Takes from the database what no query needs, for good. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { quoteText } from './quote.ts'

export interface HardenOptions {
  /** The one folder that the database may still write to. */
  readonly exportFolder: string
  readonly spillMb: number
}

/**
 * Settings are the instance's, so they bind the writer too: call it once, after the tables are there.
 * The order matters: directories can't be allowed any more without external access, and nothing once locked.
 */
export async function harden(connection: DuckDBConnection, options: HardenOptions): Promise<void> {
  const { exportFolder, spillMb } = options
  const settings = [
    // Else `now()`, dates and casts are those of the machine's zone, while all times here are UTC.
    "SET GLOBAL TimeZone = 'UTC'",
    // Otherwise one query may fill the disk that the next commit needs.
    `SET max_temp_directory_size = '${spillMb}MiB'`,
    'SET autoload_known_extensions = false',
    'SET autoinstall_known_extensions = false',
    'SET allow_community_extensions = false',
    `SET allowed_directories = [${quoteText(exportFolder)}]`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ]
  for (const setting of settings) await connection.run(setting)
}
