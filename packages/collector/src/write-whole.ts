/** Writes a small file whole or not at all: whoever reads it after a crash finds the old text or the new one. */
import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'

export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  // Never through a link that somebody has put there.
  const handle = await open(temporary, 'wx', 0o600)
  try {
    await handle.writeFile(text).finally(() => handle.close())
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
