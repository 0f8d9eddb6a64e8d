/** Calls the collector that this page comes from. Its paths are relative: the collector may be mounted anywhere. */
import type {
  EventPage,
  EventTypeAnswer,
  Health,
  LabelPage,
  Ledger,
  QueryResult,
  Question,
  QuestionList,
  SessionPage,
  SqlDialect,
  StoredEvent,
  StoredRejection,
  TimelinePage,
} from '@downlink/collector'

/** What the collector refused, and why. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  readonly status: number

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.code = code
  }
}

/** The database's process is starting: the same request works in a moment. */
export const isStoreAway = (error: unknown): boolean => error instanceof ApiError && error.code === 'store_unavailable'

/** Nobody answers: the link is gone, or the collector is. */
export const isUnreachable = (error: unknown): boolean => error instanceof ApiError && error.code === 'unreachable'

/** A read token has to be shown first. */
export const isLocked = (error: unknown): boolean => error instanceof ApiError && error.status === 401

/** Absolute, for workers have paths of their own. */
export const liveUrl = (): string => new URL('api/live', document.baseURI).href

/** The bytes of the live feed, as they come. */
export async function openLive(url: string, signal: AbortSignal): Promise<ReadableStream<BufferSource>> {
  const response = await fetch(url, { signal })
  if (!response.ok || response.body === null) throw await refusalOf(response)
  return response.body
}

/** @param filter the search's parameters, by their names */
export const fetchSessions = (
  limit: number,
  filter: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<SessionPage> =>
  call(`api/sessions?${new URLSearchParams({ ...filter, limit: String(limit) })}`, undefined, signal)

/** What sessions can be told apart by. */
export const fetchLabels = (signal: AbortSignal): Promise<LabelPage> => call('api/labels', undefined, signal)

const sessionPath = (sessionId: string): string => `api/sessions/${encodeURIComponent(sessionId)}`

/** Waits for a database that is behind: of a session that began a moment ago it must not be said that there is none. */
export const fetchLedger = (sessionId: string, signal: AbortSignal): Promise<Ledger> =>
  call(`${sessionPath(sessionId)}/ledger`, undefined, signal, { prefer: 'wait=10' })

/** Its events above a sequence, without their payloads. */
export const fetchTimeline = (sessionId: string, after: number, signal: AbortSignal): Promise<TimelinePage> =>
  call(`${sessionPath(sessionId)}/timeline?after=${after}&limit=${timelinePage}`, undefined, signal)

/** Few enough that the page stays smooth while it takes them in. */
const timelinePage = 10_000

/** A session's events above a sequence, in order. */
export const fetchEvents = (
  sessionId: string,
  after: number,
  limit: number,
  signal: AbortSignal,
): Promise<EventPage<StoredEvent>> =>
  call(`api/events?session=${encodeURIComponent(sessionId)}&after=${after}&limit=${limit}`, undefined, signal)

/** The newest, with all that was acknowledged before it was asked. */
export const fetchNewestEvents = (limit: number, signal: AbortSignal): Promise<EventPage<StoredEvent>> =>
  callUpToDate(`api/events?limit=${limit}`, signal)

export const fetchNewestRejections = (limit: number, signal: AbortSignal): Promise<EventPage<StoredRejection>> =>
  callUpToDate(`api/rejected?limit=${limit}`, signal)

/** What an event type promises. */
export const fetchEventType = (type: string, signal: AbortSignal): Promise<EventTypeAnswer> =>
  call(`api/event-type?type=${encodeURIComponent(type)}`, undefined, signal)

/** Of a script of the game, as JSON; undefined where none is kept. @param build of the session */
export async function fetchSourceMap(
  script: string,
  build: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const parameters = new URLSearchParams({ script, ...(build && { build }) })
  const response = await ask(`api/source-map?${parameters}`, undefined, signal, {})
  if (response.status === 204) return undefined
  return response.text().catch((cause: unknown) => {
    signal.throwIfAborted()
    throw brokenOff(response, cause)
  })
}

export const fetchHealth = (signal: AbortSignal): Promise<Health> => call('api/health', undefined, signal)

/** A result that may have been cut short: the query failed when a part of its answer was sent already. */
export interface QueryAnswer extends QueryResult {
  readonly error?: { readonly code: string; readonly message: string }
}

export const runQuery = (sql: string, signal?: AbortSignal): Promise<QueryAnswer> => call('api/query', { sql }, signal)

/** The whole answer, as a file. */
export async function fetchParquet(sql: string, sessions: 'all' | 'players'): Promise<Blob> {
  const response = await ask('api/query/parquet', { sql, sessions }, null, {}, 'POST')
  return response.blob().catch((cause: unknown) => {
    throw brokenOff(response, cause)
  })
}

/** An answer that may be an older one. */
export interface AgedAnswer extends QueryAnswer {
  readonly askedAtMs: number
  /** What it took then. */
  readonly tookMs: number
}

/** Asks for what players have sent alone. @param maxAgeS how old it may be; 0 for a new one */
export async function runQuestion(sql: string, maxAgeS: number, signal: AbortSignal): Promise<AgedAnswer> {
  const startedAt = performance.now()
  const body = { sql, sessions: 'players' }
  const response = await ask('api/query', body, signal, { 'cache-control': `max-age=${maxAgeS}` }, 'POST')
  const answer = await readAnswer<QueryAnswer>(response, signal)
  const [, tookMs = performance.now() - startedAt] =
    /dur=([\d.]+)/.exec(response.headers.get('server-timing') ?? '') ?? []
  const ageMs = Number(response.headers.get('age')) * 1000
  return { ...answer, askedAtMs: Date.now() - ageMs, tookMs: Number(tookMs) }
}

/** In which queries are asked. */
export const fetchDialect = async (): Promise<SqlDialect> =>
  (await call<{ readonly dialect: SqlDialect }>('api/dialect')).dialect

/** Names of the functions that a query may call. */
export const fetchFunctions = async (signal?: AbortSignal): Promise<readonly string[]> =>
  (await call<{ readonly functions: readonly string[] }>('api/functions', undefined, signal)).functions

/** @returns them, and whether others can be saved */
export const fetchQuestions = (signal?: AbortSignal): Promise<QuestionList & { readonly writable: boolean }> =>
  call('api/questions', undefined, signal)

/** @param text the question's file */
export const saveQuestion = (name: string, text: string): Promise<Question> =>
  call(`api/questions/${encodeURIComponent(name)}`, { text }, null, {}, 'PUT')

export const deleteQuestion = (name: string): Promise<undefined> =>
  call(`api/questions/${encodeURIComponent(name)}`, undefined, null, {}, 'DELETE')

/** Shows the read token once; the collector answers with a cookie. */
export const showToken = (token: string): Promise<undefined> => call('api/token', { token })

export const exportPath = (format: string): string => `api/dump?format=${format}`

type RequestHeaders = Readonly<Record<string, string>>

async function call<Answer>(
  path: string,
  body?: object,
  signal: AbortSignal | null = null,
  headers: RequestHeaders = {},
  method = body ? 'POST' : 'GET',
): Promise<Answer> {
  return readAnswer(await ask(path, body, signal, headers, method), signal)
}

/** Rejects as while the database is away, where it has not got to what was acknowledged before: the answer says so. */
async function callUpToDate<Answer>(path: string, signal: AbortSignal): Promise<Answer> {
  const response = await ask(path, undefined, signal, { prefer: 'wait=3' })
  if (response.headers.has('downlink-as-of')) throw new ApiError(503, 'store_unavailable', 'The database is behind.')
  return readAnswer(response, signal)
}

async function ask(
  path: string,
  body: object | undefined,
  signal: AbortSignal | null,
  headers: RequestHeaders,
  method = 'GET',
): Promise<Response> {
  const json = body && { body: JSON.stringify(body) }
  const type = body && { 'content-type': 'application/json' }
  const response = await fetch(path, { method, ...json, headers: { ...headers, ...type }, signal }).catch(
    (cause: unknown) => {
      signal?.throwIfAborted()
      throw new ApiError(0, 'unreachable', 'The collector does not answer.', { cause })
    },
  )
  if (!response.ok) throw await refusalOf(response)
  return response
}

async function readAnswer<Answer>(response: Response, signal: AbortSignal | null): Promise<Answer> {
  if (response.status === 204) return undefined as Answer
  return response.json().catch((cause: unknown) => {
    signal?.throwIfAborted()
    throw brokenOff(response, cause)
  })
}

const brokenOff = ({ status }: Response, cause: unknown): ApiError =>
  new ApiError(status, 'unreachable', 'The answer broke off. Ask again.', { cause })

async function refusalOf(response: Response): Promise<ApiError> {
  const answer = await response.json().catch(() => undefined)
  const { code = 'unreachable', message = `The collector, or a proxy before it, answered ${response.status}.` } =
    answer?.error ?? {}
  return new ApiError(response.status, code, message)
}
