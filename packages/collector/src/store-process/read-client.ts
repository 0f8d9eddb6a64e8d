/** Asks the store process over its local socket: for a request that is passed on as it came, or for this process itself. */
import { randomUUID } from 'node:crypto'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { CollectorError, type CollectorErrorCode } from '../errors.ts'
import type { Ledger } from '../query/ledgers.ts'
import type { QueryResult } from '../query/result-text.ts'
import { preferredWaitMs, readHeaders } from './messages.ts'
import type { StoreProcess } from './store-process.ts'

export interface ReadRequest {
  readonly method: string
  /** From `/` on, with the query string. */
  readonly path: string
  readonly contentType?: string | undefined
  /** How long it may wait for the store to start, and then to catch up, as a `Prefer` header says it. */
  readonly prefer?: string | undefined
  readonly body?: Buffer | string | undefined
  /** Whoever asked has gone. */
  readonly signal?: AbortSignal
}

export interface ReadClient {
  /**
   * The answer's head has come; its body is to be read.
   *
   * @throws {CollectorError} `store_unavailable`; `query_killed` where the request's own query ended the process;
   * `query_busy`
   */
  send(request: ReadRequest): Promise<IncomingMessage>
  /** Throws as `send` does, and what the store answers. @param prefer as of a request. @default `wait=10` */
  query(sql: string, prefer?: string): Promise<QueryResult>
  /** Rejects where `query` would refuse it unrun. */
  validate(sql: string): Promise<void>
  /** Undefined for a session that was never seen. Throws as `query` does. */
  ledger(sessionId: string): Promise<Ledger | undefined>
  close(): void
}

/** A program that asks what it has just sent wants all of it. */
const patience = 'wait=10'
/** Of what reads nothing that comes from players. */
export const impatience = 'wait=0'
/** How long at least a request waits for a store process that is starting. */
const startWaitMs = 3000
/** Requests under way: each holds a connection on both sides. */
const maxRequests = 256

/** What a client needs to know of the process that it asks. */
export type AskedProcess = Pick<StoreProcess, 'whenUp' | 'flush' | 'wasKilled'>

export function createReadClient(store: AskedProcess, socketPath: string): ReadClient {
  const agent = new Agent({ keepAlive: true })
  let running = 0

  const client: ReadClient = {
    async send(request) {
      if (running >= maxRequests) throw new CollectorError('query_busy', `${maxRequests} reads are under way already.`)
      running++
      try {
        return await exchange(request)
      } finally {
        running--
      }
    },

    async query(sql, prefer = patience) {
      const body = JSON.stringify({ sql })
      const { answer } = await ask({ method: 'POST', path: '/query', contentType: 'application/json', prefer, body })
      // Also an answer that began well may end with an error.
      if (isFailed(answer)) throw errorOf(answer)
      return answer as QueryResult
    },

    async validate(sql) {
      const body = JSON.stringify({ sql })
      const { answer } = await ask({
        ...{ method: 'POST', path: '/validate', contentType: 'application/json', body },
        // It reads no rows.
        prefer: impatience,
      })
      if (isFailed(answer)) throw errorOf(answer)
    },

    async ledger(sessionId) {
      const { status, answer } = await ask({ method: 'GET', path: `/sessions/${encodeURIComponent(sessionId)}/ledger` })
      if (status === 404) return undefined
      if (isFailed(answer)) throw errorOf(answer)
      return answer as Ledger
    },

    close: () => agent.destroy(),
  }
  return client

  async function exchange(request: ReadRequest, isAskedAgain = false): Promise<IncomingMessage> {
    const { method, path, contentType, prefer, body, signal } = request
    if (!(await store.whenUp(Math.max(startWaitMs, preferredWaitMs(prefer) ?? 0)))) throw starting()
    const id = randomUUID()
    const headers = {
      ...(contentType !== undefined && { 'content-type': contentType }),
      ...(prefer !== undefined && { [readHeaders.prefer]: prefer }),
      [readHeaders.update]: String(store.flush()),
      [readHeaders.request]: id,
    }
    try {
      return await new Promise((resolve, reject) => {
        const outgoing = httpRequest({ agent, socketPath, method, path, headers, ...(signal && { signal }) })
        outgoing.once('response', resolve)
        outgoing.once('error', reject)
        outgoing.end(body)
      })
    } catch (cause) {
      if (signal?.aborted) throw cause
      if (await store.wasKilled(id)) throw killed()
      // Another's query ended the process: whoever only waited beside it need not notice.
      if (!isAskedAgain) return exchange(request, true)
      throw starting(cause)
    }
  }

  async function ask(request: ReadRequest): Promise<{ readonly status: number; readonly answer: unknown }> {
    const response = await client.send({ prefer: patience, ...request })
    try {
      let text = ''
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      return { status: response.statusCode ?? 0, answer: JSON.parse(text) }
    } catch (cause) {
      throw starting(cause)
    }
  }
}

interface FailedAnswer {
  readonly error: { readonly code: CollectorErrorCode; readonly message: string }
}

const isFailed = (answer: unknown): answer is FailedAnswer =>
  typeof answer === 'object' && answer !== null && 'error' in answer

const errorOf = ({ error }: FailedAnswer): CollectorError => new CollectorError(error.code, error.message)

const starting = (cause?: unknown): CollectorError =>
  new CollectorError('store_unavailable', 'The store is starting again. Try again in a moment.', { cause })

const killed = (): CollectorError =>
  new CollectorError(
    'query_killed',
    'The query took so long, or so much memory, that the store had to be ended. Narrow it with WHERE, or ask for less.',
  )
