/** Asks where else an error happened: in other sessions of the same build. */
import type { StoredEvent } from '@downlink/collector'
import type { Dialect } from '../dialect/dialect.ts'

/** By which one error is known from another of its type. */
export interface ErrorMark {
  readonly key: string
  readonly text: string
}

const markKeys = ['message', 'error', 'reason', 'code', 'name'] as const

/** @returns undefined where nothing in the payload tells errors of this type apart */
export function errorMark(data: unknown): ErrorMark | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  for (const key of markKeys) {
    const text: unknown = Reflect.get(data, key)
    if (typeof text === 'string' && text !== '') return { key, text }
  }
  return undefined
}

/** A shader's whole log may be a message, and a query's text has bounds: what begins alike is the same. */
const longestText = 2000

/** Where the text is long, or has a NUL, at which the database's parser would end, its beginning is compared. */
function sameText(value: string, text: string, { quoteText, startsWith }: Dialect): string {
  const [start = ''] = text.slice(0, longestText).split('\0', 1)
  if (start === text) return `${value} = ${quoteText(text)}`
  return startsWith(value, start.replace(/[\uD800-\uDBFF]$/, ''))
}

/** At most so many sessions are listed, those that were heard of last. */
export const shownSessions = 50

/** Rows of a session, its player, when it was heard of last, how often the error happened there, and the first sequence. */
export function elsewhereSql(
  { sessionId, type, data }: StoredEvent,
  build: string | undefined,
  dialect: Dialect,
): string {
  const { quoteText, textAt, msOf } = dialect
  const mark = errorMark(data)
  const isSame = mark ? `\n  AND ${sameText(textAt('data', mark.key), mark.text, dialect)}` : ''
  return `SELECT session_id, any_value(${textAt('labels', 'player')}) AS player, ${msOf('max(last_seen)')} AS last_seen_ms,
  count(*) AS times, min(seq) AS first_seq
FROM events JOIN sessions USING (session_id)
WHERE type = ${quoteText(type)}${isSame}
  AND build ${build === undefined ? 'IS NULL' : `= ${quoteText(build)}`} AND session_id <> ${quoteText(sessionId)}
GROUP BY session_id ORDER BY last_seen_ms DESC LIMIT ${shownSessions + 1}`
}
