/** Makes a folder and those above it. */
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * One level at a time: Node's own recursion never ends where the system misses a parent that is there, as it does
 * under `/proc`, and says of a disk that can only be read that there is no such file.
 *
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
