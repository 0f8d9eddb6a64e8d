/** Asks a collector over its HTTP API for what is stored, and to change it. */
import type { EventPage, LiveTail, QueryResult, StoredEvent } from '@downlink/collector'
import {
  type AnsweredFault,
  type Answerer,
  brokenOff,
  faultIn,
  jsonOf,
  lineOf,
  partsOf,
  piecesOf,
  refusal,
} from './api-answer.ts'
import { CliError } from './errors.ts'

export interface ApiClientOptions extends Answerer {
  /** Of the collector; may have a path of its own. */
  readonly url: string
  readonly token: string | undefined
  /** Hears that an answer lacks what was acknowledged after a time, in ms since 1970: the database is behind. @default nobody */
  readonly onBehind?: (asOfMs: number) => void
}

export interface ApiClient {
  /** @throws {CliError} `unreachable`, `unauthorised`, `refused` */
  query(sql: string): Promise<QueryResult>
  /** The newest stored events, oldest first. Throws as `query` does. */
  latest(count: number): Promise<readonly StoredEvent[]>
  /**
   * A file of what is stored, by the parameters of `/api/dump`. Throws as `query` does, and so does its body.
   *
   * @example await api.dump({ format: 'csv', table: 'events' })
   */
  dump(parameters: Readonly<Record<string, string>>): Promise<DumpAnswer>
  /** Yields what is committed, until aborted or cut off. Throws as `query` does. */
  follow(signal: AbortSignal): AsyncGenerator<LiveTail>
  /** Asks for a change that takes its time, and hears how far it is. Throws as `query` does, and as a signal that aborts. */
  change<Progress, Result>(
    method: 'POST' | 'DELETE',
    path: string,
    onProgress: (progress: Progress) => void,
    signal?: AbortSignal,
  ): Promise<Result>
}

export interface DumpAnswer {
  readonly rows: number
  /** All that was acknowledged before is in it, in ms since 1970. */
  readonly asOfMs: number
  readonly body: AsyncIterable<Uint8Array>
}

export function createApiClient(options: ApiClientOptions): ApiClient {
  const { url, token, source, onBehind } = options
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = { ...init.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
    const answer = await fetch(new URL(path, url.endsWith('/') ? url : `${url}/`), { ...init, headers }).catch(
      (cause: unknown) => {
        if (init.signal?.aborted) throw cause
        const advice = 'Start one with `downlink serve`, name another with --url, or read a folder at rest with --data.'
        throw new CliError('unreachable', `No collector answers at ${source}${reasonIn(cause)}`, advice, { cause })
      },
    )
    if (!answer.ok) throw refusal(answer.status, await faultIn(answer), options)
    return answer
  }
  /** Of the table's rows; a file's answer says up to when it is whole in any case. */
  const askForRows = async (path: string, init: RequestInit): Promise<Response> => {
    const answer = await ask(path, init)
    const asOf = answer.headers.get('downlink-as-of')
    if (asOf !== null) onBehind?.(Number(asOf))
    return answer
  }
  return {
    async query(sql) {
      // All that was acknowledged before, also where the store has yet to catch up.
      const headers = { 'content-type': 'application/json', prefer: 'wait=10' }
      const answer = await askForRows('api/query', { method: 'POST', headers, body: JSON.stringify({ sql }) })
      const result: QueryResult & { readonly error?: AnsweredFault } = await jsonOf(answer, source)
      // The query failed when a part of its answer was sent already.
      if (result.error) throw refusal(answer.status, result.error, options)
      return result
    },
    async latest(count) {
      const page: EventPage<StoredEvent> = await jsonOf(
        await askForRows(`api/events?limit=${count}`, { headers: { prefer: 'wait=3' } }),
        source,
      )
      return page.events.toReversed()
    },
    async dump(parameters) {
      // Whoever keeps the file wants all of it.
      const answer = await ask(`api/dump?${new URLSearchParams(parameters)}`, { headers: { prefer: 'wait=60' } })
      const numberOf = (name: string): number => Number(answer.headers.get(name) ?? Number.NaN)
      return { rows: numberOf('downlink-rows'), asOfMs: numberOf('downlink-as-of'), body: piecesOf(answer, source) }
    },
    async *follow(signal) {
      for await (const message of partsOf(await ask('api/live', { signal }), '\n\n', source)) {
        if (message.startsWith(tailHead)) yield lineOf<LiveTail>(message.slice(tailHead.length), source)
      }
    },
    async change<Progress, Result>(
      method: string,
      path: string,
      onProgress: (progress: Progress) => void,
      signal?: AbortSignal,
    ) {
      const answer = await ask(path, signal ? { method, signal } : { method })
      for await (const line of partsOf(answer, '\n', source)) {
        // Only to keep the connection alive.
        if (line === '') continue
        const said = lineOf<ChangeLine<Progress, Result>>(line, source)
        if ('error' in said) throw refusal(answer.status, said.error, options)
        if ('result' in said) return said.result
        onProgress(said.progress)
      }
      throw brokenOff(source)
    },
  }
}

/** How far a change is, what it came to, or why it was not made. */
type ChangeLine<Progress, Result> =
  | { readonly error: AnsweredFault }
  | { readonly result: Result }
  | { readonly progress: Progress }

/** How the server-sent messages begin that we follow; counters and heartbeats are for the page. */
const tailHead = 'event: tail\ndata: '

/** What lies below a request that failed, such as a certificate that nobody has signed. */
function reasonIn(failure: unknown): string {
  const cause = failure instanceof Error ? failure.cause : undefined
  return cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : ''
}
