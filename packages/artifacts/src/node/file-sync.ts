/** Syncs to the disk where the file system takes it: shared folders, SMB and FUSE may not. */

import type { FileHandle } from 'node:fs/promises'
import { messageOf } from '@downlink/protocol'
import { isRefusal } from './file-errors.ts'

/**
 * @returns why the file system does not sync, where it refuses to; nothing once it has
 * @throws what is a fault of the disk: it is full, or broken
 */
export async function syncWherePossible(handle: Pick<FileHandle, 'sync'>): Promise<string | undefined> {
  try {
    await handle.sync()
    return undefined
  } catch (error) {
    if (!isRefusal(error)) throw error
    return messageOf(error)
  }
}
