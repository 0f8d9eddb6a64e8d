/** A file that is whole, on the disk and hashed, under a name that nobody looks for. */
import { createHash, randomUUID } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileSystemPort } from './file-system-port.ts'

export interface TemporaryFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** In the folder of the final file, since only within one file system a move is atomic. */
export const temporaryName = (): string => `.downlink-${randomUUID()}.tmp`

/** On failure and on abort nothing of it is left; `discard` is told the path. */
export async function writeTemporary(
  fileSystem: FileSystemPort,
  folder: string,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  discard: (path: string) => Promise<void>,
): Promise<TemporaryFile> {
  const path = join(folder, temporaryName())
  // Exclusive, so that no link that somebody put there is followed.
  const handle = await fileSystem.open(path, 'wx')
  try {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of chunks) {
      signal.throwIfAborted()
      hash.update(chunk)
      await writeAll(handle, chunk)
      bytes += chunk.length
    }
    signal.throwIfAborted()
    await handle.sync()
    await handle.close()
    return { path, bytes, sha256: hash.digest('hex') }
  } catch (error) {
    await handle.close().catch(() => {})
    await discard(path)
    throw error
  }
}

/** The system may take less than it was given. */
async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten
}
