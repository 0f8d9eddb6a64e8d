/** Writes a small file whole or not at all: whoever reads it after a crash, of the machine too, finds the old one or the new. */
import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'

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
