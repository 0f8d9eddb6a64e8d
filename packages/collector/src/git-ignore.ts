/** Tells Git to ignore a folder: what is recorded belongs in no repository. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Whatever `.gitignore` is there already is its owner's, and stays. */
export async function ignoreInGit(folder: string): Promise<void> {
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}
