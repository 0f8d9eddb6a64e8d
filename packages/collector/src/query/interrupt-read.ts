/** Interrupts a read that runs: beyond its time limit or the memory that it may add, where whoever asked has gone, or when told. */
import { messageOf } from '@downlink/protocol'
import type { DuckDBConnection } from '@duckdb/node-api'
import { CollectorError } from '../errors.ts'
import { abandoned } from './read-queue.ts'

/** A read that runs, and can be stopped. */
export interface InterruptibleRead {
  /** Its reason says why. */
  readonly stopped: AbortSignal
  /** Resolves once it has let its connection go. */
  readonly ended: Promise<void>
  stop(why: () => CollectorError): void
  /** Its work is over: nothing interrupts the connection any more. */
  leave(): void
  markEnded(): void
}

export interface InterruptOptions {
  readonly timeLimitMs: number
  readonly memoryGrowthMb: number
  /** What this process holds of the machine's memory. */
  readonly residentBytes: () => number
  /** Whoever asked has gone. */
  readonly signal: AbortSignal | undefined
}

/** An interrupt between two statements is lost on the database, so it is repeated until the work has ended. */
const watchIntervalMs = 25

export function interruptibleRead(
  connection: DuckDBConnection,
  { timeLimitMs, memoryGrowthMb, residentBytes, signal }: InterruptOptions,
): InterruptibleRead {
  const startBytes = residentBytes()
  const stopping = new AbortController()
  const stop = (why: () => CollectorError) => {
    if (!stopping.signal.aborted) stopping.abort(why())
    connection.interrupt()
  }
  const watch = setInterval(() => {
    // The database counts its tables against its limit, but not the text that a function puts together.
    if (residentBytes() - startBytes > memoryGrowthMb * 2 ** 20) stop(tooLarge)
    if (stopping.signal.aborted) connection.interrupt()
  }, watchIntervalMs)
  const timer = setTimeout(() => stop(() => timedOut(timeLimitMs)), timeLimitMs)
  const onAbort = () => stop(abandoned)
  signal?.addEventListener('abort', onAbort)
  if (signal?.aborted) onAbort()
  let markEnded = () => {}
  const ended = new Promise<void>((resolve) => {
    markEnded = resolve
  })
  return {
    stopped: stopping.signal,
    ended,
    stop,
    leave() {
      clearInterval(watch)
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    },
    markEnded,
  }
}

const timedOut = (limitMs: number) =>
  new CollectorError('query_timeout', `Expected an answer within ${limitMs} ms. Narrow it with WHERE, or ask for less.`)

const tooLarge = () =>
  new CollectorError('query_too_large', 'The query needs too much memory. Narrow it with WHERE, or aggregate.')

/** It has to give way, or the database is opened anew. */
export const interrupted = (): CollectorError =>
  new CollectorError(
    'query_interrupted',
    'A commit needed the memory, or the database was opened anew. Try again in a moment.',
  )

/** Whoever opens the database anew interrupts also a read that has only just begun. */
export const isInterrupt = (error: unknown): boolean => messageOf(error).startsWith('INTERRUPT Error')
