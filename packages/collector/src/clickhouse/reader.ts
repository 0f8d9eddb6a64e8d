/** Reads from ClickHouse within bounds: few reads at once, none of which can write, each limited in time, memory and size. */
import { CollectorError } from '../errors.ts'
import type { QueryLimits } from '../query/query-limits.ts'
import { abandoned, createReadQueue } from '../query/read-queue.ts'
import type { Connection, Settings } from './connection.ts'
import { readErrorOf } from './failures.ts'

export interface Reader {
  /** Throws as `lines` does. */
  rows<Row>(sql: string, options?: ReadOptions): Promise<readonly Row[]>
  /**
   * The lines of an answer in a format of lines that the SQL names itself, for work that must not hold on to them.
   *
   * @throws {CollectorError} `query_busy`, `query_interrupted`, `query_timeout`, `query_too_large`, `store_unavailable`
   */
  lines<Value>(
    sql: string,
    options: LineOptions,
    work: (lines: AsyncIterable<string>) => Promise<Value>,
  ): Promise<Value>
  /**
   * An answer of any size, in a format that the SQL names itself, for work that passes it on. Throws as `lines` does.
   */
  file<Value>(sql: string, options: FileOptions, work: (piped: Piped) => Promise<Value>): Promise<Value>
}

export interface Piped {
  readonly chunks: AsyncIterable<Uint8Array>
  /** That are in them, once all of them are there. */
  readonly rows: number
}

export interface ReadOptions {
  readonly parameters?: Readonly<Record<string, unknown>>
  /** Whoever asked has gone. */
  readonly signal?: AbortSignal | undefined
}

export interface LineOptions extends ReadOptions {
  readonly settings: Settings
  /** In UTF-16 units. */
  readonly maxLineLength: number
  /** Of the whole answer, as the server has it in memory. @default `bytesPerUnit` for each unit of one line */
  readonly maxResultBytes?: number
  readonly errorOf: (error: unknown) => unknown
}

export interface FileOptions extends ReadOptions {
  readonly settings: Settings
  /** @default that of a query */
  readonly timeLimitMs?: number
  readonly errorOf: (error: unknown) => unknown
}

export function createReader(connection: Pick<Connection, 'rows' | 'text' | 'pipe'>, limits: QueryLimits): Reader {
  const queue = createReadQueue(limits)
  const bounds = boundsOf(limits)
  return {
    rows: (sql, options) =>
      inTurn(
        options?.signal,
        () => connection.rows(sql, { ...options, settings: { ...bounds, max_result_bytes: maxOwnBytes } }),
        readErrorOf,
      ),
    lines: (sql, { settings, maxLineLength, maxResultBytes, errorOf, ...options }, work) =>
      inTurn(
        options.signal,
        async () => {
          const max_result_bytes = maxResultBytes ?? bytesPerUnit * maxLineLength
          const chunks = await connection.text(sql, {
            ...options,
            settings: { ...settings, ...bounds, max_result_bytes },
          })
          return work(linesOf(chunks, maxLineLength))
        },
        errorOf,
      ),
    file: (sql, { settings, timeLimitMs = limits.timeLimitMs, errorOf, ...options }, work) =>
      inTurn(
        options.signal,
        async () =>
          work(
            await connection.pipe(sql, {
              ...options,
              settings: { ...settings, ...boundsOf({ ...limits, timeLimitMs }) },
            }),
          ),
        errorOf,
      ),
  }

  async function inTurn<Value>(
    signal: AbortSignal | undefined,
    work: () => Promise<Value>,
    errorOf: (error: unknown) => unknown,
  ): Promise<Value> {
    await queue.takeSlot(signal)
    try {
      return await work()
    } catch (error) {
      throw signal?.aborted ? abandoned() : errorOf(error)
    } finally {
      queue.giveSlot()
    }
  }
}

/** Of an answer to a read of our own: a page of a thousand of the largest events takes half of it. */
const maxOwnBytes = 134_217_728

/** In the server's memory a whole number of 256 bits takes 32 bytes, of which JSON may make a digit and a comma. */
const bytesPerUnit = 16

/** `readonly` of 1: nothing can be written, and no setting changed by the query itself. */
const boundsOf = ({ timeLimitMs, memoryGrowthMb }: QueryLimits): Settings => ({
  readonly: '1',
  max_execution_time: Math.ceil(timeLimitMs / 1000),
  max_memory_usage: String(memoryGrowthMb * 2 ** 20),
  cancel_http_readonly_queries_on_client_close: 1,
  // What fails in the midst of an answer has a status of its own; no answer is larger than its bounds.
  wait_end_of_query: 1,
  result_overflow_mode: 'throw',
})

async function* linesOf(chunks: AsyncIterable<Uint8Array>, maxLength: number): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const [end = '', ...lines] = decoder.decode(chunk, { stream: true }).split('\n')
    rest += end
    if (rest.length > maxLength) {
      throw new CollectorError('query_too_large', `Expected rows of at most ${maxLength} characters, got a longer one`)
    }
    if (lines.length === 0) continue
    yield rest
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
