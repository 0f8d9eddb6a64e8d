/** Runs reads on connections of their own: few at once, each for a limited time, and all of them give way to a commit. */
import { memoryUsage } from 'node:process'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type InterruptibleRead, interrupted, interruptibleRead, isInterrupt } from './interrupt-read.ts'
import type { QueryLimits } from './query-limits.ts'
import { closing, createReadQueue } from './read-queue.ts'

export interface Readers {
  /**
   * Runs `work` in a transaction that can't write. What it waits for besides the database must end with the signal,
   * whose reason is then thrown.
   *
   * @throws {CollectorError} `query_busy`, `query_timeout`, `query_too_large`, `query_interrupted`, `wrong_state`
   */
  run<Value>(work: Work<Value>, options?: RunOptions): Promise<Value>
  /** Ends what runs now with `query_interrupted`: a commit lacks memory, or the database is opened anew. */
  interrupt(): void
  /** Ends what runs and what waits. */
  close(): Promise<void>
}

export type Work<Value> = (connection: DuckDBConnection, stopped: AbortSignal) => Promise<Value>

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

export function createReaders({
  database,
  limits,
  residentBytes = memoryUsage.rss,
  onRun = () => () => {},
}: ReadersOptions): Readers {
  const running = new Set<InterruptibleRead>()
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
    const { memoryGrowthMb } = limits
    const active = interruptibleRead(connection, { ...run, memoryGrowthMb, residentBytes, signal })
    running.add(active)
    if (closed) active.stop(closing)
    try {
      await connection.run('BEGIN TRANSACTION READ ONLY')
      const value = await work(connection, active.stopped)
      active.stopped.throwIfAborted()
      return value
    } catch (error) {
      active.stopped.throwIfAborted()
      throw isInterrupt(error) ? interrupted() : error
    } finally {
      running.delete(active)
      active.leave()
      await connection.run('ROLLBACK').catch(() => {})
      database.release(connection)
      onEnd()
      active.markEnded()
    }
  }
}
