/** Writes a small file whole or not at all: whoever reads it after a crash, of the machine too, finds the old one or the new. */
import { randomBytes } from 'node:crypto'
import { open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  // Two processes may write it at once.
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  // Never through a link that somebody has put there.
  const handle = await open(temporary, 'wx', 0o600)
  try {
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

const temporaryName = /\.[0-9a-f]{8}\.tmp$/

/** Deletes what a crash has left of files that were being written. Nobody may write there meanwhile. */
export async function sweepUnwritten(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (temporaryName.test(name)) await rm(join(folder, name), { force: true })
  }
}
