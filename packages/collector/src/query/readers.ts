/** Runs reads on connections of their own: few at once, each for a limited time, and all of them give way to a commit. */
import { memoryUsage } from 'node:process'
import type { DuckDBConnection } from '@duckdb/node-api'
import { CollectorError, type CollectorErrorCode } from '../errors.ts'
import type { QueryLimits } from './query-limits.ts'
import { abandoned, closing, createReadQueue } from './read-queue.ts'

export interface Readers {
  /**
   * Runs `work` in a transaction that can't write. What it waits for besides the database must end with the signal,
   * whose reason is then thrown.
   *
   * @throws {CollectorError} `query_busy`, `query_timeout`, `query_too_large`, `query_interrupted`, `wrong_state`
   */
  run<Value>(work: Work<Value>, options?: RunOptions): Promise<Value>
  /** Ends what runs now with `query_interrupted`, for a commit that lacks memory. */
  interrupt(): void
  /** Ends what runs and what waits. */
  close(): Promise<void>
}

type Work<Value> = (connection: DuckDBConnection, stopped: AbortSignal) => Promise<Value>

export interface RunOptions {
  /** @default the limits' `timeLimitMs` */
  readonly timeLimitMs?: number
  /** Whoever asked has gone. */
  readonly signal?: AbortSignal
  /** Of a query that somebody wrote. */
  readonly fingerprint?: string
}

/** A read that holds a connection. */
export interface RunningRead {
  readonly fingerprint: string | undefined
  /** After so long it is interrupted, which not everything in the database heeds. */
  readonly timeLimitMs: number
}

/** Where connections come from. They end when the database is opened anew, so none is kept. */
export interface ConnectionSource {
  connect(): Promise<DuckDBConnection>
  release(connection: DuckDBConnection): void
}

export interface ReadersOptions {
  readonly database: ConnectionSource
  readonly limits: QueryLimits
  /** What this process holds of the machine's memory. */
  readonly residentBytes?: () => number
  /** Hears of each read that begins to run; what it returns is called once that is over. */
  readonly onRun?: (read: RunningRead) => () => void
}

/** An interrupt between two statements is lost on the database, so it is repeated until the work has ended. */
const watchIntervalMs = 25

export function createReaders({
  database,
  limits,
  residentBytes = memoryUsage.rss,
  onRun = () => () => {},
}: ReadersOptions): Readers {
  const running = new Set<ActiveRead>()
  const queue = createReadQueue(limits)
  let closed = false

  return {
    async run(work, { timeLimitMs = limits.timeLimitMs, signal, fingerprint } = {}) {
      await queue.takeSlot(signal)
      try {
        return await read(work, { timeLimitMs, fingerprint }, signal)
      } finally {
        queue.giveSlot()
      }
    },

    interrupt() {
      for (const active of running) active.stop(interrupted)
    },

    async close() {
      closed = true
      queue.close()
      for (const active of running) active.stop(closing)
      await Promise.all([...running].map((active) => active.ended))
    },
  }

  async function read<Value>(work: Work<Value>, run: RunningRead, signal: AbortSignal | undefined): Promise<Value> {
    const connection = await database.connect()
    const onEnd = onRun(run)
    const { timeLimitMs } = run
    const active = watch(connection, limits.memoryGrowthMb, residentBytes)
    const timer = setTimeout(() => active.stop(() => timedOut(timeLimitMs)), timeLimitMs)
    const onAbort = () => active.stop(abandoned)
    signal?.addEventListener('abort', onAbort)
    running.add(active)
    if (closed) active.stop(closing)
    if (signal?.aborted) onAbort()
    try {
      await connection.run('BEGIN TRANSACTION READ ONLY')
      const value = await work(connection, active.stopped)
      active.stopped.throwIfAborted()
      return value
    } catch (error) {
      active.stopped.throwIfAborted()
      throw error
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      running.delete(active)
      active.end()
      await connection.run('ROLLBACK').catch(() => {})
      database.release(connection)
      onEnd()
      active.markEnded()
    }
  }
}

interface ActiveRead {
  /** Its reason says why. */
  readonly stopped: AbortSignal
  readonly ended: Promise<void>
  stop(why: () => CollectorError): void
  end(): void
  markEnded(): void
}

function watch(connection: DuckDBConnection, memoryGrowthMb: number, residentBytes: () => number): ActiveRead {
  const startBytes = residentBytes()
  let markEnded = () => {}
  const ended = new Promise<void>((resolve) => {
    markEnded = resolve
  })
  const stopping = new AbortController()
  const stop = (why: () => CollectorError) => {
    if (!stopping.signal.aborted) stopping.abort(why())
    connection.interrupt()
  }
  const interval = setInterval(() => {
    // The database counts its tables against its limit, but not the text that a function puts together.
    if (residentBytes() - startBytes > memoryGrowthMb * 2 ** 20) stop(tooLarge)
    if (stopping.signal.aborted) connection.interrupt()
  }, watchIntervalMs)
  return { stopped: stopping.signal, ended, stop, end: () => clearInterval(interval), markEnded }
}

const failure = (code: CollectorErrorCode, message: string): CollectorError => new CollectorError(code, message)

const timedOut = (limitMs: number) =>
  failure('query_timeout', `Expected an answer within ${limitMs} ms. Narrow it with WHERE, or ask for less.`)
const tooLarge = () =>
  failure('query_too_large', 'The query needs too much memory. Narrow it with WHERE, or aggregate.')
const interrupted = () => failure('query_interrupted', 'A commit needed the memory. Try again in a moment.')
