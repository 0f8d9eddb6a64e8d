/** Connects to ClickHouse through its own client, an optional peer that is loaded only here, and knows whether it answers. */
import { readFile } from 'node:fs/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import { messageOf } from '@downlink/protocol'
import { type SetTimer, systemTimer } from '../clock.ts'
import { CollectorError } from '../errors.ts'
import { loadPeers } from '../optional-peers.ts'
import { parseStoreUrl } from './store-url.ts'

export interface ClickHouseOptions {
  /** Such as `clickhouse://host:8123/database`; `clickhouses://` for TLS. */
  readonly url: string
  /** A file whose first line is `user:password`. @default the user `default` without a password */
  readonly credentials?: string | undefined
  readonly setTimer?: SetTimer
}

export interface Connection {
  /** False from a request that nobody answered to the next answer. */
  readonly isUp: boolean
  /** @returns its unsubscribe */
  onUp(listener: () => void): () => void
  readonly database: string
  /** The server and the database in messages: `host:8123/database`. */
  readonly address: string
  /** The rows of an answer, in which a whole number up to 2^53 is a number. Rejects as the client does. */
  rows<Row>(sql: string, options?: QueryOptions): Promise<readonly Row[]>
  /** The text of an answer in a format that the SQL names itself, piece by piece. */
  text(sql: string, options?: QueryOptions): Promise<AsyncIterable<Uint8Array>>
  /** The same, with how many rows it has: the server keeps it until all of it is there. */
  pipe(
    sql: string,
    options?: QueryOptions,
  ): Promise<{ readonly chunks: AsyncIterable<Uint8Array>; readonly rows: number }>
  /** @param token of rows that count once, however often they are inserted */
  insert(table: InsertTarget, rows: readonly (readonly unknown[])[], token?: string): Promise<void>
  run(sql: string): Promise<void>
  close(): Promise<void>
}

export interface QueryOptions {
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly settings?: Settings
  readonly signal?: AbortSignal | undefined
}

/** Of one request, by the server's names. */
export type Settings = Readonly<Record<string, string | number>>

export interface InsertTarget {
  readonly name: string
  readonly columns: readonly string[]
}

const packages = ['@clickhouse/client']

/** An insert may wait for the server to join it with others, a query for its own time limit. */
const requestTimeoutMs = 120_000
/** Between two questions whether it is there again. */
const pingIntervalMs = 1000

/**
 * Inserts of many partitions come at once, and each would be a part of its table: the server joins them, and answers once
 * they are stored.
 */
const insertSettings: Settings = { async_insert: 1, wait_for_async_insert: 1, async_insert_deduplicate: 1 }

/**
 * Nothing is asked of the server yet.
 *
 * @throws {CollectorError} `missing_package`; `bad_option` where URL or credentials are none
 */
export async function connectClickHouse(options: ClickHouseOptions): Promise<Connection> {
  const { url, database, address } = parseStoreUrl(options.url)
  const { ClickHouseLogLevel, ClickHouseError, createClient } = await loadPeers(
    () => import('@clickhouse/client'),
    packages,
    'a store on clickhouse://',
  )
  const client = createClient({
    ...{ url, database, request_timeout: requestTimeoutMs, application: 'downlink' },
    ...(await readCredentials(options.credentials)),
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  const state = watchAvailability(client, options.setTimer ?? systemTimer)

  return {
    get isUp() {
      return state.isUp
    },
    onUp: state.onUp,
    database,
    address,
    rows: (sql, query) =>
      asked(async () => {
        const result = await client.query({ query: sql, format: 'JSONEachRow', ...optionsOf(query) })
        return result.json()
      }, query?.signal),
    text: (sql, query) =>
      asked(async () => (await client.exec({ query: sql, ...optionsOf(query) })).stream, query?.signal),
    pipe: (sql, query) =>
      asked(async () => {
        const { stream: chunks, summary } = await client.exec({ query: sql, ...optionsOf(query) })
        if (summary?.result_rows === undefined)
          throw new Error('Expected ClickHouse to say how many rows an answer has')
        return { chunks, rows: Number(summary.result_rows) }
      }, query?.signal),
    async insert({ name, columns }, rows, token) {
      if (rows.length === 0) return
      const clickhouse_settings = { ...insertSettings, ...(token && { insert_deduplication_token: token }) }
      const values = [...rows]
      await asked(() =>
        client.insert({
          ...{ table: name, columns: [...columns] as [string, ...string[]], values, clickhouse_settings },
          format: 'JSONCompactEachRow',
        }),
      )
    },
    run: (sql) => asked(async () => void (await client.command({ query: sql }))),
    async close() {
      state.stop()
      await client.close()
    },
  }

  async function asked<Value>(ask: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    try {
      const value = await ask()
      state.answered()
      return value
    } catch (error) {
      // One that it words itself is an answer; what was given up says nothing of it.
      if (error instanceof ClickHouseError) state.answered()
      else if (!signal?.aborted) state.failed()
      throw error
    }
  }
}

const optionsOf = ({ parameters, settings, signal }: QueryOptions = {}) => ({
  ...(parameters && { query_params: { ...parameters } }),
  ...(settings && { clickhouse_settings: settings }),
  ...(signal && { abort_signal: signal }),
})

async function readCredentials(file: string | undefined): Promise<{ username?: string; password?: string }> {
  if (file === undefined) return {}
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CollectorError('bad_option', `Can't read the credentials for the store: ${messageOf(cause)}`, { cause })
  })
  const [, username, password] = /^([^:\n]+):([^\n\r]*)/.exec(text) ?? []
  if (username === undefined || password === undefined) {
    throw new CollectorError('bad_option', `Expected ${file} to begin with a line user:password`)
  }
  return { username, password }
}

/** Keeps whether the server answers, and looks for it while it does not. */
function watchAvailability(client: Pick<ClickHouseClient, 'ping'>, setTimer: SetTimer) {
  const listeners = new Set<() => void>()
  let isUp = true
  let isStopped = false
  let cancel = (): void => {}
  const state = {
    get isUp() {
      return isUp
    },
    onUp(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    answered() {
      if (isUp) return
      isUp = true
      cancel()
      for (const listener of listeners) listener()
    },
    failed() {
      if (!isUp) return
      isUp = false
      look()
    },
    stop() {
      isStopped = true
      cancel()
    },
  }
  return state

  /** Also asked for by what was under way when it was stopped. */
  function look(): void {
    if (isStopped) return
    cancel = setTimer(async () => {
      const { success } = await client.ping()
      if (success) state.answered()
      else if (!isUp) look()
    }, pingIntervalMs)
  }
}
