/** Writes small files of a data folder, for this user alone: after a crash, of the machine too, the old one is there or the new. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDraft, writeAtomically } from '@downlink/artifacts/node'

export const writeSmallFile = (path: string, content: string | Uint8Array): Promise<void> =>
  writeAtomically(path, content, { mode: 0o600 })

/**
 * Deletes what a crash has left of files that were being written. Nobody may write there meanwhile.
 *
 * @param folder need not be there
 */
export async function removeDrafts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) if (isDraft(name)) await rm(join(folder, name), { force: true })
}
