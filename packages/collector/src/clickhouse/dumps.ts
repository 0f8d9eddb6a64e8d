/** Writes dumps out of ClickHouse, and answers as Parquet: what the server sends goes into a file, which is fetched from there. */
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { EventDefinitions } from '@downlink/protocol'
import { createDumpFiles } from '../dump/dump-files.ts'
import type { DumpFormat, DumpRequest } from '../dump/dump-request.ts'
import type { DumpWriter } from '../dump/dump-writer.ts'
import type { QueryLimits } from '../query/query-limits.ts'
import { dumpLines } from './dump-lines.ts'
import { type DumpSource, dumpSource } from './dump-source.ts'
import { type EventSelect, selectEvents } from './event-views.ts'
import { queryErrorOf } from './failures.ts'
import type { Reader } from './reader.ts'
import { type ClickHouseSandbox, scopes } from './sandbox.ts'

export interface DumpsOptions {
  readonly reader: Reader
  readonly sandbox: ClickHouseSandbox
  readonly limits: QueryLimits
  /** The types whose events have columns of their own, as they are defined now. */
  readonly definitions: () => EventDefinitions
  /** Where a file is kept until it is fetched. */
  readonly folder: string
}

/** Files are there for minutes; another collector may keep its own in the same folder. */
const leftAfterMs = 86_400_000

export function createDumps({
  reader,
  sandbox,
  limits,
  definitions,
  folder,
}: DumpsOptions): Pick<DumpWriter, 'write' | 'writeAnswer'> {
  const files = createDumpFiles(limits, folder)
  const cleaned = files.clean(leftAfterMs)

  return {
    async write(request, signal) {
      await cleaned
      const { format, table, type } = request
      return files.make({ format, name: type ?? table, signal }, async (path, stop) => {
        const source = dumpSource(request, selectOfType(request))
        if (source.condition) await sandbox.validateCondition(source.condition, stop)
        const { head, select } = await selectOf(request, source)
        return save(`${select} FORMAT ${formats[format]}`, path, stop, { head, timeLimitMs: limits.dumpTimeLimitMs })
      })
    },

    async writeAnswer(sql, { sessions = 'all', signal } = {}) {
      await cleaned
      return files.make({ format: 'parquet', name: 'answer', signal }, async (path, stop) => {
        await sandbox.validate(sql, stop)
        return save(`${sql}\nFORMAT Parquet`, path, stop, { settings: scopes[sessions] })
      })
    },
  }

  /** Not by a view: another collector may have given its name to another type. */
  function selectOfType({ format, type }: DumpRequest): EventSelect | undefined {
    const { schemas } = definitions()
    const schema = type !== undefined && Object.hasOwn(schemas, type) ? schemas[type] : undefined
    return type === undefined || schema === undefined || format === 'ndjson' ? undefined : selectEvents(type, schema)
  }

  async function selectOf(request: DumpRequest, source: DumpSource) {
    const columnsOf = (table: string) => reader.rows<{ name: string; type: string }>(`DESCRIBE TABLE ${table}`)
    const own = await columnsOf(source.relation)
    const described = request.withSession ? await columnsOf('sessions') : []
    const { head, expression } = dumpLines(request, source, own, described)
    return { head, select: `SELECT ${expression} ${source.from} WHERE ${source.where}` }
  }

  async function save(
    sql: string,
    path: string,
    signal: AbortSignal,
    { head = '', ...options }: SaveOptions,
  ): Promise<number> {
    const settings = { ...fileSettings, ...options.settings }
    return reader.file(sql, { ...options, settings, signal, errorOf: queryErrorOf }, async ({ chunks, rows }) => {
      const file = createWriteStream(path, { flags: 'wx', mode: 0o600 })
      if (head !== '') file.write(head)
      await pipeline(chunks, file, { signal })
      return rows
    })
  }
}

interface SaveOptions {
  readonly head?: string
  readonly settings?: Readonly<Record<string, string | number>>
  readonly timeLimitMs?: number
}

/** A line of CSV or NDJSON is whole as it is selected. */
const formats: Readonly<Record<DumpFormat, string>> = { parquet: 'Parquet', csv: 'TSVRaw', ndjson: 'TSVRaw' }

const fileSettings = {
  output_format_parquet_string_as_string: 1,
  output_format_parquet_compression_method: 'zstd',
  output_format_json_escape_forward_slashes: 0,
  // A dump takes longer than the client waits in silence.
  send_progress_in_http_headers: 1,
  http_headers_progress_interval_ms: '20000',
}
