/** Calls the collector that this page comes from. Its paths are relative: the collector may be mounted anywhere. */
import type { LedgerPage, QueryResult } from '@downlink/collector'

/** What the collector refused, and why. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  readonly status: number

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** Absolute, for workers have paths of their own. */
export const liveUrl = (): string => new URL('api/live', document.baseURI).href

/** The bytes of the live feed, as they come. */
export async function openLive(url: string, signal: AbortSignal): Promise<ReadableStream<BufferSource>> {
  const response = await fetch(url, { signal })
  if (!response.ok || response.body === null) throw await refusalOf(response)
  return response.body
}

export const fetchSessions = (limit: number, before?: string): Promise<LedgerPage> =>
  call(`api/sessions?limit=${limit}${before === undefined ? '' : `&before=${encodeURIComponent(before)}`}`)

export async function runQuery(sql: string): Promise<QueryResult> {
  const { error, ...result } = await call<QueryResult & Fault>('api/query', { sql })
  // The query failed when a part of its answer was sent already.
  if (error) throw new ApiError(200, error.code, error.message)
  return result
}

/** Shows the read token once; the collector answers with a cookie. */
export const showToken = (token: string): Promise<undefined> => call('api/token', { token })

export const exportPath = (format: string): string => `api/export?format=${format}`

interface Fault {
  readonly error?: { readonly code: string; readonly message: string }
}

async function call<Answer>(path: string, body?: object): Promise<Answer> {
  const response = await fetch(
    path,
    body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  )
  if (response.status === 204) return undefined as Answer
  if (!response.ok) throw await refusalOf(response)
  return response.json()
}

async function refusalOf(response: Response): Promise<ApiError> {
  const answer = await response.json().catch(() => undefined)
  const { code = 'unreachable', message = `The collector, or a proxy before it, answered ${response.status}.` } =
    answer?.error ?? {}
  return new ApiError(response.status, code, message)
}
