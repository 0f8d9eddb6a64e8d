/** Reads and writes the folder of the log as a port, so that a test can tear, zero, fail and forget what a disk may. */
import { readFileSync, statfsSync } from 'node:fs'
import { type FileHandle, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '@downlink/artifacts/node'
import { writeSmallFile } from '../small-files.ts'

export interface LogFiles {
  /** Names in the folder, in no order. */
  list(): Promise<readonly string[]>
  /** Rejects where the name is taken. */
  create(name: string): Promise<LogFile>
  /** For reading, and for writing over what is there. */
  open(name: string): Promise<LogFile>
  remove(name: string): Promise<void>
  /** A small file's text; undefined where there is none. */
  readText(name: string): Promise<string | undefined>
  /** Puts a small file in the place of another, whole or not at all. A power cut may leave the old one, or nothing. */
  replaceText(name: string, text: string): Promise<void>
  /** Makes names durable. Rejects where a folder can't be synced. */
  sync(): Promise<void>
  /** Bytes of the file system, and those that a write may still take. */
  space(): Promise<{ readonly free: number; readonly total: number }>
}

export interface LogFile {
  size(): Promise<number>
  /** Reads from `position` to the end of the file, or `length` bytes. */
  read(position: number, length: number): Promise<Buffer>
  write(parts: readonly Uint8Array[], position: number): Promise<void>
  /** Makes the bytes durable. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** @param folder is made where it is not there */
export async function openLogFiles(folder: string): Promise<LogFiles> {
  await makeFolder(folder)
  return {
    list: () => readdir(folder),
    create: async (name) => logFile(await open(join(folder, name), 'wx+', 0o600)),
    async open(name) {
      const path = join(folder, name)
      // A copy that may only be read can be examined, too.
      return logFile(await open(path, 'r+').catch(() => open(path, 'r')))
    },
    remove: (name) => rm(join(folder, name), { force: true }),
    async readText(name) {
      try {
        // It is read once a group: this takes 5 µs, and a way through the thread pool 100.
        return readFileSync(join(folder, name), 'utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
    replaceText: (name, text) => writeSmallFile(join(folder, name), text),
    async sync() {
      const handle = await open(folder, 'r')
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
    },
    async space() {
      // Once a group, as above.
      const { bavail, blocks, bsize } = statfsSync(folder)
      return { free: bavail * bsize, total: blocks * bsize }
    },
  }
}

const logFile = (handle: FileHandle): LogFile => ({
  size: async () => (await handle.stat()).size,
  async read(position, length) {
    const bytes = Buffer.alloc(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  },
  async write(parts, position) {
    const expected = parts.reduce((sum, { length }) => sum + length, 0)
    const { bytesWritten } = await handle.writev([...parts], position)
    // A disk that fills in the midst of a write takes part of it, and says so only by the count.
    if (bytesWritten !== expected) throw new Error(`Expected to write ${expected} bytes, wrote ${bytesWritten}`)
  },
  sync: () => handle.datasync(),
  close: () => handle.close(),
})
