/**
 * Compacts the database: rewrites it into a new file, which has neither its free blocks nor the bytes of what was
 * deleted, and puts that in its place. Killed at any moment one of the two is there, whole; the other is swept at the
 * next opening.
 */
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { copyDatabase, expectEqual } from './copy-database.ts'
import { headersOf } from './recovery/file-headers.ts'
import { sizeOf, walEndings } from './recovery/quarantine.ts'

/**
 * Nothing may be written to the database meanwhile.
 *
 * @returns the new file, which holds what the database does
 * @throws {CollectorError} `no_room`; the engine's errors, and nothing is left behind then
 */
export async function rewriteDatabase(connection: DuckDBConnection, copyFolder: string): Promise<string> {
  const file = join(copyFolder, 'compacted.duckdb')
  await copyDatabase(connection, file)
  try {
    await expectEqual(connection, file)
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
  return file
}

/**
 * Puts a rewritten file in the place of a database that is closed.
 *
 * @throws where the old one has a write-ahead log still, which would be replayed on the new one; it stays then
 */
export async function replaceFile(file: string, by: string, folder: string): Promise<void> {
  for (const ending of walEndings) {
    if ((await sizeOf(file + ending)) !== undefined) throw new Error(`Expected a database without ${file + ending}`)
  }
  // They are of the old file, and would be taken for the new one's.
  await rm(headersOf(file), { force: true })
  await rename(by, file)
  await syncFolder(folder)
}

/** Some systems have no such thing (Windows, FUSE, SMB). There a power cut may bring the old file back, whole. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
