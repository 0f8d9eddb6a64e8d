/** Writes dumps, and answers that are asked for as files: the database puts a file together in its folder, and whoever asked fetches it from there. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { quoteText } from '../query/quote.ts'
import type { ReadStore } from '../query/read-store.ts'
import type { Work } from '../query/readers.ts'
import type { AnswerOptions } from '../query/sandbox.ts'
import { answerColumns, dumpColumns } from './dump-columns.ts'
import { createDumpFiles, type DumpedFile } from './dump-files.ts'
import { type DumpFormat, type DumpRequest, type DumpSource, dumpSource } from './dump-request.ts'

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

/** @param folder the one that the database may write to */
export function createDumpWriter({ sandbox, viewOf, limits }: ReadStore, folder: string): DumpWriter {
  const files = createDumpFiles(limits, folder)

  return {
    write(request, signal) {
      const { format, table, type } = request
      return files.make({ format, name: type ?? table, signal }, async (path, stop) => {
        const source = await dumpSource(request, viewOf)
        const work: Work<number> = (connection) => copy(connection, request, source, path)
        return sandbox.runWhere(source.condition, work, { signal: stop, timeLimitMs: limits.dumpTimeLimitMs })
      })
    },

    writeAnswer: (sql, { sessions, signal } = {}) =>
      files.make({ format: 'parquet', name: 'answer', signal }, (path, stop) =>
        sandbox.runFrom(sql, (connection, subquery) => copyAnswer(connection, subquery, path), {
          ...{ signal: stop, sessions },
        }),
      ),

    clean: () => files.clean(),
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
