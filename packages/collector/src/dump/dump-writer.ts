/** Writes dumps, and answers that are asked for as files: the database puts a file together in its folder, and whoever asked fetches it from there. One at a time, within a bound. */
import { randomUUID } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { CollectorError } from '../errors.ts'
import { quoteText } from '../query/quote.ts'
import { createReadQueue } from '../query/read-queue.ts'
import type { ReadStore } from '../query/read-store.ts'
import type { RunOptions, Work } from '../query/readers.ts'
import type { AnswerOptions } from '../query/sandbox.ts'
import { answerColumns, dumpColumns } from './dump-columns.ts'
import { type DumpFormat, type DumpRequest, type DumpSource, dumpSource } from './dump-request.ts'
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

export interface DumpWriter {
  /** @throws {CollectorError} `no_room`, and as queries do; no file is left behind then */
  write(request: DumpRequest, signal?: AbortSignal): Promise<DumpedFile>
  /**
   * Writes the whole answer of a query as Parquet, in the time that a query has.
   *
   * @throws {CollectorError} as `write` does, and `bad_sql`, `forbidden_sql`
   */
  writeAnswer(sql: string, options?: AnswerOptions): Promise<DumpedFile>
  /** Deletes what a crash left behind. */
  clean(): Promise<void>
}

const mimeTypes: Record<DumpFormat, string> = {
  parquet: 'application/vnd.apache.parquet',
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
}

const filePrefix = 'dump-'
/** Before they were dumps, they were called exports. */
const leftFile = /^(dump|export)-/

/** @param folder the one that the database may write to */
export function createDumpWriter({ sandbox, viewOf, limits }: ReadStore, folder: string): DumpWriter {
  // Of the reads that run at once one may be a dump: it may take minutes, and whoever looks at the page waits for seconds.
  const queue = createReadQueue({ maxConcurrent: 1, maxWaiting: limits.maxWaiting })
  const room = createDumpRoom({ folder, maxBytes: limits.dumpMb * 2 ** 20 })

  return {
    write(request, signal) {
      const { format, table, type } = request
      return inTurn(signal, () =>
        writeFile(format, type ?? table, signal, async (path, run) => {
          const source = await dumpSource(request, viewOf)
          const work: Work<number> = (connection) => copy(connection, request, source, path)
          return sandbox.runWhere(source.condition, work, { ...run, timeLimitMs: limits.dumpTimeLimitMs })
        }),
      )
    },

    writeAnswer: (sql, { sessions, signal } = {}) =>
      inTurn(signal, () =>
        writeFile('parquet', 'answer', signal, async (path, run) =>
          sandbox.runFrom(sql, (connection, subquery) => copyAnswer(connection, subquery, path), { ...run, sessions }),
        ),
      ),

    async clean() {
      const names = await readdir(folder).catch(() => [])
      for (const name of names) if (leftFile.test(name)) await rm(join(folder, name), { force: true })
    },
  }

  async function inTurn<Value>(signal: AbortSignal | undefined, work: () => Promise<Value>): Promise<Value> {
    await queue.takeSlot(signal)
    try {
      return await work()
    } finally {
      queue.giveSlot()
    }
  }

  /** @param name of what is in it */
  async function writeFile(
    format: DumpFormat,
    name: string,
    signal: AbortSignal | undefined,
    write: (path: string, run: RunOptions) => Promise<number>,
  ): Promise<DumpedFile> {
    const path = join(folder, `${filePrefix}${randomUUID()}.${format}`)
    const { full, end } = await room.watch(path)
    try {
      const rows = await write(path, { signal: signal ? AbortSignal.any([signal, full]) : full })
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

async function copy(
  connection: DuckDBConnection,
  request: DumpRequest,
  source: DumpSource,
  path: string,
): Promise<number> {
  const columns = await dumpColumns(connection, request, source)
  const options = await copyOptions(connection, request.format, source)
  const select = `SELECT ${columns} ${source.from} WHERE ${source.where}`
  return copyRows(connection, select, path, options)
}

async function copyAnswer(connection: DuckDBConnection, subquery: string, path: string): Promise<number> {
  const select = `SELECT ${await answerColumns(connection, subquery)} FROM ${subquery} AS answer`
  return copyRows(connection, select, path, parquetOptions(groups.answerRows))
}

async function copyRows(connection: DuckDBConnection, select: string, path: string, options: string): Promise<number> {
  const copied = await connection.runAndReadAll(
    `COPY (${select}) TO ${quoteText(path)} (${options}, USE_TMP_FILE false)`,
  )
  return Number(copied.getRows()[0]?.[0])
}

/** Rows of a group of a Parquet file, which is put together in memory: as many as the database takes by itself, or fewer. How long those of an answer are is known once it is computed. */
const groups = { maxRows: 122_880, answerRows: 8192, minRows: 2048, maxBytes: 134_217_728 }

async function copyOptions(connection: DuckDBConnection, format: DumpFormat, source: DumpSource): Promise<string> {
  if (format === 'csv') return 'FORMAT csv, HEADER'
  // Each line is whole already. JSON has no control character that could be taken for the delimiter.
  if (format === 'ndjson') return "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01'"
  const longest = Number((await connection.runAndReadAll(source.measure)).getRows()[0]?.[0] ?? 0)
  const rows = Math.max(groups.minRows, Math.min(groups.maxRows, Math.floor(groups.maxBytes / Math.max(1, longest))))
  return parquetOptions(rows)
}

const parquetOptions = (groupRows: number): string => `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${groupRows}`

const isDiskFull = (error: unknown): boolean =>
  error instanceof CollectorError && /No space left|not enough space/i.test(String(error.cause))

const noRoom = (): CollectorError =>
  new CollectorError(
    'no_room',
    'There is no room on the disk for this file. Ask for less, such as a day, or make room.',
  )
