/** A file that is whole, on the disk and hashed, under a name that nobody looks for. */
import { createHash, randomUUID } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { syncWherePossible } from './file-sync.ts'

export interface TemporaryFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  /** Why the file system does not sync it, where it refuses to. */
  readonly unsynced: string | undefined
}

/** In the folder of the final file, since only within one file system a file can get another name. */
export const temporaryName = (): string => `.downlink-${randomUUID()}.tmp`

/** Writes everything to the disk and closes the file, also on failure and on abort. */
export async function writeThrough(
  handle: FileHandle,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Omit<TemporaryFile, 'path'>> {
  try {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of chunks) {
      signal.throwIfAborted()
      // Hashed while the system writes: the two take about as long as each other.
      const writing = writeAll(handle, chunk)
      hash.update(chunk)
      await writing
      bytes += chunk.length
    }
    signal.throwIfAborted()
    const unsynced = await syncWherePossible(handle)
    return { bytes, sha256: hash.digest('hex'), unsynced }
  } finally {
    await handle.close()
  }
}

/** The system may take less than it was given. */
async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten
}
