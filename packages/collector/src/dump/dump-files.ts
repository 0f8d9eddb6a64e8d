/** Keeps files that somebody asked for until they are fetched: written one at a time, within a bound, and deleted. */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CollectorError } from '../errors.ts'
import type { QueryLimits } from '../query/query-limits.ts'
import { createReadQueue } from '../query/read-queue.ts'
import type { DumpFormat } from './dump-request.ts'
import { createDumpRoom } from './dump-room.ts'

export interface DumpedFile {
  readonly path: string
  readonly bytes: number
  readonly rows: number
  readonly mimeType: string
  /** A name to save it under. */
  readonly filename: string
  /** Deletes the file. Idempotent. */
  remove(): Promise<void>
}

export interface DumpFiles {
  /**
   * Has a file written, in its turn.
   *
   * @param write resolves to the rows that the file has
   * @throws {CollectorError} `no_room`, `query_busy`; what `write` throws; no file is left behind then
   */
  make(request: FileRequest, write: WriteFile): Promise<DumpedFile>
  /** Deletes what a crash left behind: files that nobody has written to for so long. */
  clean(olderThanMs?: number): Promise<void>
}

export interface FileRequest {
  readonly format: DumpFormat
  /** Of what is in it. */
  readonly name: string
  /** Whoever asked has gone. */
  readonly signal?: AbortSignal | undefined
}

export type WriteFile = (path: string, signal: AbortSignal) => Promise<number>

const mimeTypes: Record<DumpFormat, string> = {
  parquet: 'application/vnd.apache.parquet',
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
}

const filePrefix = 'dump-'
/** Before they were dumps, they were called exports. */
const leftFile = /^(dump|export)-/

export function createDumpFiles({ maxWaiting, dumpMb }: QueryLimits, folder: string): DumpFiles {
  // Of the reads that run at once one may be a dump: it may take minutes, and whoever looks at the page waits for seconds.
  const queue = createReadQueue({ maxConcurrent: 1, maxWaiting })
  const room = createDumpRoom({ folder, maxBytes: dumpMb * 2 ** 20 })

  return {
    async make(request, write) {
      await queue.takeSlot(request.signal)
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        return await make(request, write)
      } finally {
        queue.giveSlot()
      }
    },

    async clean(olderThanMs = 0) {
      const names = await readdir(folder).catch(() => [])
      for (const name of names.filter((each) => leftFile.test(each))) {
        const path = join(folder, name)
        const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
        if (Date.now() - mtimeMs >= olderThanMs) await rm(path, { force: true })
      }
    },
  }

  async function make({ format, name, signal }: FileRequest, write: WriteFile): Promise<DumpedFile> {
    const path = join(folder, `${filePrefix}${randomUUID()}.${format}`)
    const { full, end } = await room.watch(path)
    try {
      const rows = await write(path, signal ? AbortSignal.any([signal, full]) : full)
      const bytes = await end()
      full.throwIfAborted()
      const filename = `downlink-${name.replaceAll(/[^\w.-]/g, '_')}.${format}`
      return { path, bytes, rows, mimeType: mimeTypes[format], filename, remove: () => remove(path) }
    } catch (error) {
      await end()
      await remove(path)
      throw full.aborted || isDiskFull(error) ? noRoom() : error
    }
  }

  async function remove(path: string): Promise<void> {
    await rm(path, { force: true })
    room.forget(path)
  }
}

const isDiskFull = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException)?.code === 'ENOSPC' ||
  (error instanceof CollectorError && /No space left|not enough space/i.test(String(error.cause)))

const noRoom = (): CollectorError =>
  new CollectorError(
    'no_room',
    'There is no room on the disk for this file. Ask for less, such as a day, or make room.',
  )
