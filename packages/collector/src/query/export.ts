/** Exports events as a file: the database puts it together in the export folder, and whoever asked downloads it from there. */
import { randomUUID } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { formulaStart, guardFormula } from '@downlink/artifacts'
import type { DuckDBConnection } from '@duckdb/node-api'
import { quoteName, quoteText } from './quote.ts'
import type { ReadStore } from './read-store.ts'

export type ExportFormat = 'parquet' | 'csv' | 'ndjson'

export interface ExportRequest {
  readonly format: ExportFormat
  /** With a type that is defined, the columns are those of its view; NDJSON always has whole events. */
  readonly type?: string
  readonly session?: string
}

export interface ExportedFile {
  readonly path: string
  readonly bytes: number
  readonly mimeType: string
  /** A name to save it under. */
  readonly filename: string
  /** Deletes the file. Idempotent. */
  remove(): Promise<void>
}

export interface Exporter {
  /** @throws {CollectorError} as queries do; no file is left behind then */
  write(request: ExportRequest, signal?: AbortSignal): Promise<ExportedFile>
  /** Deletes what a crash left behind. */
  clean(): Promise<void>
}

const mimeTypes: Record<ExportFormat, string> = {
  parquet: 'application/vnd.apache.parquet',
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
}

const copyOptions: Record<ExportFormat, string> = {
  parquet: 'FORMAT parquet, COMPRESSION zstd',
  csv: 'FORMAT csv, HEADER',
  // Each line is whole already. JSON has no control character that could be taken for the delimiter.
  ndjson: "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01'",
}

const filePrefix = 'export-'

export function createExporter({ readers, viewOf, limits }: ReadStore, folder: string): Exporter {
  return {
    async write({ format, type, session }, signal) {
      const path = join(folder, `${filePrefix}${randomUUID()}.${format}`)
      const remove = () => rm(path, { force: true })
      const view = type === undefined || format === 'ndjson' ? undefined : await viewOf(type)
      const conditions = [
        ...(type === undefined || view !== undefined ? [] : [`type = ${quoteText(type)}`]),
        ...(session === undefined ? [] : [`session_id = ${quoteText(session)}`]),
      ]
      const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
      const source = `FROM ${quoteName(view ?? 'events')} ${where}`
      try {
        await readers.run(
          async (connection) => {
            const columns = await columnsFor(format, connection, source)
            await connection.run(`COPY (SELECT ${columns} ${source}) TO ${quoteText(path)} (${copyOptions[format]})`)
          },
          { timeLimitMs: limits.exportTimeLimitMs, ...(signal && { signal }) },
        )
        const { size } = await stat(path)
        const filename = `downlink-${(type ?? 'events').replaceAll(/[^\w.-]/g, '_')}.${format}`
        return { path, bytes: size, mimeType: mimeTypes[format], filename, remove }
      } catch (error) {
        await remove()
        throw error
      }
    },

    async clean() {
      const names = await readdir(folder).catch(() => [])
      for (const name of names) if (name.startsWith(filePrefix)) await rm(join(folder, name), { force: true })
    },
  }
}

async function columnsFor(format: ExportFormat, connection: DuckDBConnection, source: string): Promise<string> {
  if (format === 'ndjson') return ndjsonLine
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * ${source}`)
  const columnOf = format === 'csv' ? csvColumn : parquetColumn
  return described
    .getRows()
    .map(([name, type]) => columnOf(String(name), String(type)))
    .join(', ')
}

/** Puts the stored text into the line: the database's own JSON writer would spell its numbers anew. */
const ndjsonLine = `'{"id":' || to_json(session_id || ':' || seq) || ',"type":' || to_json(type)
  || ',"timestamp":' || epoch_ms(ts) || ',"correctedTimestamp":' || epoch_ms(corrected_ts)
  || ',"data":' || ${oneLine('data')} || ',"sessionId":' || to_json(session_id) || ',"seq":' || seq
  || ',"version":' || coalesce(version::VARCHAR, 'null') || ',"receivedAt":' || epoch_ms(received_at)
  || ',"envelope":' || coalesce(${oneLine('envelope')}, 'null') || '}'`

/** A line break in JSON is white space between two tokens. */
function oneLine(column: string): string {
  return `translate(${column}::VARCHAR, chr(10) || chr(13), '  ')`
}

/** Parquet has no integers of 128 bits; DuckDB would write them as doubles. */
function parquetColumn(name: string, type: string): string {
  const column = quoteName(name)
  return type === 'HUGEINT' ? `TRY_CAST(${column} AS DECIMAL(38, 0)) AS ${column}` : column
}

function csvColumn(name: string, type: string): string {
  const column = quoteName(name)
  const header = quoteName(guardFormula(name))
  if (type === 'TIMESTAMP') return `${isoTime(column)} AS ${header}`
  if (type !== 'VARCHAR') return `${column} AS ${header}`
  return `CASE WHEN regexp_matches(${column}, ${quoteText(formulaStart.source)}) THEN '''' || ${column} ELSE ${column} END AS ${header}`
}

/** As the JSON answers have it: three digits of the second, and more where there are any. */
const isoTime = (column: string): string =>
  `regexp_replace(strftime(${column}, '%Y-%m-%dT%H:%M:%S.%f'), '([.]\\d{3}\\d*?)0*$', '\\1') || 'Z'`
