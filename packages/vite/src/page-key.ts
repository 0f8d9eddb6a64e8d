/** Keeps what the pages of a project show where others than this machine may ask: one a data folder, for all its servers. */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const fileIn = (data: string): string => join(data, 'page-key')

/** @returns undefined where none is asked for */
export const readPageKey = (data: string): Promise<string | undefined> =>
  readFile(fileIn(data), 'utf8').then(
    (key) => key.trim() || undefined,
    () => undefined,
  )

/** Makes one where there is none yet: a page that stays open over a restart shows the right one. */
export async function makePageKey(data: string): Promise<string> {
  const known = await readPageKey(data)
  if (known !== undefined) return known
  const key = randomUUID()
  await mkdir(data, { recursive: true, mode: 0o700 })
  await writeFile(fileIn(data), key, { mode: 0o600 })
  return key
}

export const removePageKey = (data: string): Promise<void> => rm(fileIn(data), { force: true })
