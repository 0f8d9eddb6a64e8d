/** Asks a collector over its HTTP API. */
import type { EventPage, LiveTail, QueryResult, StoredEvent } from '@downlink/collector'
import { CliError } from './errors.ts'

export interface ReaderOptions {
  /** Of the collector; may have a path of its own. */
  readonly url: string
  readonly token: string | undefined
  /** What messages call it: the URL or the folder, as it was given. */
  readonly source: string
  /** What to do about a refusal, where that is particular to the source. */
  readonly advise?: (code: string, message: string) => string | undefined
  /** What to do where it wants a token, or another one. @default about the read token */
  readonly tokenAdvice?: string
}

export interface Reader {
  /** @throws {CliError} `unreachable`, `unauthorised`, `refused` */
  query(sql: string): Promise<QueryResult>
  /** The newest stored events, oldest first. Throws as `query` does. */
  latest(count: number): Promise<readonly StoredEvent[]>
  /**
   * A file of what is stored, by the parameters of `/api/dump`. Throws as `query` does, and so does its body.
   *
   * @example await reader.dump({ format: 'csv', table: 'events' })
   */
  dump(parameters: Readonly<Record<string, string>>): Promise<DumpAnswer>
  /** Yields what is committed, until aborted or cut off. Throws as `query` does. */
  follow(signal: AbortSignal): AsyncGenerator<LiveTail>
  /** Asks for a change that takes its time, and hears how far it is. Throws as `query` does. */
  change<Progress, Result>(
    method: 'POST' | 'DELETE',
    path: string,
    onProgress: (progress: Progress) => void,
  ): Promise<Result>
}

export interface DumpAnswer {
  readonly rows: number
  /** All that was acknowledged before is in it, in ms since 1970. */
  readonly asOfMs: number
  readonly body: AsyncIterable<Uint8Array>
}

export function createReader(options: ReaderOptions): Reader {
  const { url, token, source } = options
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = { ...init.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
    const answer = await fetch(new URL(path, url.endsWith('/') ? url : `${url}/`), { ...init, headers }).catch(
      (cause: unknown) => {
        if (init.signal?.aborted) throw cause
        const advice = 'Start one with `downlink serve`, name another with --url, or read a folder at rest with --data.'
        throw new CliError('unreachable', `No collector answers at ${source}`, advice, { cause })
      },
    )
    if (!answer.ok) throw refusal(answer.status, await faultIn(answer), options)
    return answer
  }
  return {
    async query(sql) {
      // All that was acknowledged before, also where the store has yet to catch up.
      const headers = { 'content-type': 'application/json', prefer: 'wait=10' }
      const answer = await ask('api/query', { method: 'POST', headers, body: JSON.stringify({ sql }) })
      const result: QueryResult & { readonly error?: AnsweredFault } = await bodyOf(answer)
      // The query failed when a part of its answer was sent already.
      if (result.error) throw refusal(answer.status, result.error, options)
      return result
    },
    async latest(count) {
      const page: EventPage<StoredEvent> = await bodyOf(await ask(`api/events?limit=${count}`, {}))
      return page.events.toReversed()
    },
    async dump(parameters) {
      // Whoever keeps the file wants all of it.
      const answer = await ask(`api/dump?${new URLSearchParams(parameters)}`, { headers: { prefer: 'wait=60' } })
      const numberOf = (name: string): number => Number(answer.headers.get(name) ?? Number.NaN)
      return { rows: numberOf('downlink-rows'), asOfMs: numberOf('downlink-as-of'), body: piecesOf(answer) }
    },
    async *follow(signal) {
      const { body } = await ask('api/live', { signal })
      if (body === null) return
      let text = ''
      try {
        for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
          const messages = `${text}${chunk}`.split('\n\n')
          text = messages.pop() ?? ''
          const tails = messages.filter((message) => message.startsWith(tailHead))
          for (const tail of tails) yield JSON.parse(tail.slice(tailHead.length))
        }
      } catch (cause) {
        throw signal.aborted ? cause : brokenOff(cause)
      }
    },
    async change(method, path, onProgress) {
      const answer = await ask(path, { method })
      for await (const line of linesOf(answer)) {
        const said = JSON.parse(line)
        if (said.error) throw refusal(answer.status, said.error, options)
        if ('result' in said) return said.result
        onProgress(said.progress)
      }
      throw brokenOff(undefined)
    },
  }

  /** The lines of an answer that comes bit by bit. */
  async function* linesOf({ body }: Response): AsyncGenerator<string> {
    let text = ''
    try {
      for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const lines = `${text}${chunk}`.split('\n')
        text = lines.pop() ?? ''
        yield* lines
      }
    } catch (cause) {
      throw brokenOff(cause)
    }
  }

  async function bodyOf<Body>(answer: Response): Promise<Body> {
    try {
      return (await answer.json()) as Body
    } catch (cause) {
      throw brokenOff(cause)
    }
  }

  async function* piecesOf({ body }: Response): AsyncGenerator<Uint8Array> {
    try {
      if (body !== null) yield* body
    } catch (cause) {
      throw brokenOff(cause)
    }
  }

  function brokenOff(cause: unknown): CliError {
    const advice = 'Its database, or the collector itself, has ended meanwhile. Ask again.'
    return new CliError('refused', `The answer of ${source} broke off`, advice, { cause, isPassing: true })
  }
}

/** How the server-sent messages begin that we follow; counters and heartbeats are for the page. */
const tailHead = 'event: tail\ndata: '

interface AnsweredFault {
  readonly code: string
  readonly message: string
}

/** What the collector says is wrong; undefined where it is something else that answers. */
async function faultIn(answer: Response): Promise<AnsweredFault | undefined> {
  const { error } = (await answer.json().catch(() => ({}))) as { readonly error?: AnsweredFault }
  return error
}

function refusal(status: number, fault: AnsweredFault | undefined, options: ReaderOptions): CliError {
  const { source, advise } = options
  if (fault === undefined) return new CliError('refused', `Status ${status}`, `${source} answered so.`)
  const { code: answered, message } = fault
  if (answered === 'unauthorised') {
    return new CliError('unauthorised', message, options.tokenAdvice ?? readTokenAdvice)
  }
  const advice = advise?.(answered, message) ?? refusalAdvice[answered] ?? `${source} answered so.`
  return new CliError('refused', message, advice, { answered, isPassing: passingStatuses.has(status) })
}

const readTokenAdvice = 'Give its read token: --token, or DOWNLINK_READ_TOKEN.'

/** Too many at once, and a database that is starting. */
const passingStatuses = new Set([429, 503])

const refusalAdvice: Readonly<Record<string, string>> = {
  bad_sql: 'What can be asked: downlink query --help',
  forbidden_sql: 'What can be asked: downlink query --help',
  store_unavailable: "Events are taken meanwhile. If it stays so, the collector's log says why.",
  query_killed: 'Events are taken meanwhile. A query that did this twice is refused for a minute.',
}
