/** Calls to the collector that this page comes from. Its paths are relative: the collector may be mounted anywhere. */
import type { LedgerPage, QueryResult } from './api-types.ts'

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

export const livePath = 'api/live'

export const fetchSessions = (limit: number, before?: string): Promise<LedgerPage> =>
  call(`api/sessions?limit=${limit}${before === undefined ? '' : `&before=${encodeURIComponent(before)}`}`)

export const runQuery = (sql: string): Promise<QueryResult> => call('api/query', { sql })

/** Shows the read token once; the collector answers with a cookie. */
export const showToken = (token: string): Promise<undefined> => call('api/token', { token })

export const exportPath = (format: string): string => `api/export?format=${format}`

async function call<Answer>(path: string, body?: object): Promise<Answer> {
  const response = await fetch(
    path,
    body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  )
  if (response.status === 204) return undefined as Answer
  const answer = await response.json().catch(() => undefined)
  if (response.ok) return answer
  const { code = 'unreachable', message = `The collector answered ${response.status}` } = answer?.error ?? {}
  throw new ApiError(response.status, code, message)
}
