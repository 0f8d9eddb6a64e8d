/** Sets files aside under a name of their own: what is damaged is never deleted, and what it was can be looked up. */
import { rename, stat } from 'node:fs/promises'

/** Beside a database file: what DuckDB has not moved into it yet, at rest and during a checkpoint. */
export const walEndings = ['.wal', '.wal.checkpoint', '.wal.recovery'] as const

/** Where a file goes that is damaged now. */
export const asideName = (path: string): string =>
  `${path}.corrupt-${new Date().toISOString().replaceAll(/[-:.]/g, '')}`

/** A file and its write-ahead logs, under names that keep them together, so that the two can be opened elsewhere. */
export async function setAsideDatabase(file: string): Promise<string> {
  const aside = asideName(file)
  for (const ending of walEndings) {
    if ((await sizeOf(file + ending)) !== undefined) await rename(file + ending, aside + ending)
  }
  if ((await sizeOf(file)) !== undefined) await rename(file, aside)
  return aside
}

/** Bytes of a file; undefined where there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size
}
