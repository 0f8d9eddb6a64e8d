/** Quarantines files, under a name of their own: what is damaged is never deleted, and what it was can be looked up. */
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Beside a database file: what DuckDB has not moved into it yet, at rest and during a checkpoint. */
export const walEndings = ['.wal', '.wal.checkpoint', '.wal.recovery'] as const

/** Where a file goes that is damaged now, or that another was put in the place of. */
export const quarantineName = (path: string, why: QuarantineReason = 'corrupt'): string =>
  `${path}.${why}-${new Date().toISOString().replaceAll(/[-:.]/g, '')}`

/** `discarded`: whoever had it replaced wants it deleted. */
export type QuarantineReason = 'corrupt' | 'replaced' | 'discarded'

/** Is it such a file, by its name? */
export const isQuarantined = (name: string): boolean => /\.(corrupt|replaced|discarded)-/.test(name)

export const isDiscarded = (path: string): boolean => /\.discarded-/.test(path)

/** Deletes what was discarded, of a folder whose database is in its place. */
export async function removeDiscarded(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (isDiscarded(name)) await rm(join(folder, name), { force: true })
  }
}

/**
 * A file and its write-ahead logs, under names that keep them together, so that the two can be opened elsewhere.
 *
 * @returns where they are; undefined where there were none
 */
export async function quarantineDatabase(file: string, why?: QuarantineReason): Promise<string | undefined> {
  const quarantined = quarantineName(file, why)
  let isMoved = false
  for (const ending of [...walEndings, '']) {
    if ((await sizeOf(file + ending)) === undefined) continue
    await rename(file + ending, quarantined + ending)
    isMoved = true
  }
  return isMoved ? quarantined : undefined
}

/** Bytes of a file; undefined where there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size
}
