/** A text file that is there as a whole, in the place of an earlier one, or not at all. */

import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '@downlink/protocol'
import { syncWherePossible } from './file-sync.ts'
import { retried } from './retry.ts'

/** Makes the folder. A file system that does not sync is none of its concern: the text can be written anew. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  const draft = join(folder, `.${basename(path)}.${randomUUID()}.tmp`)
  try {
    const handle = await open(draft, 'wx')
    try {
      await handle.writeFile(text, 'utf8')
      await syncWherePossible(handle)
    } finally {
      await handle.close()
    }
    await retried(() => rename(draft, path), wait)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw new Error(messageOf(error), { cause: error })
  }
}
