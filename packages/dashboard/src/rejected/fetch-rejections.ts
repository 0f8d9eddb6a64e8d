/** Asks the database which events were rejected: how many of which code, type and build, and the newest of a group. */
import { runQuery } from '../api.ts'
import type { Dialect } from '../dialect/dialect.ts'

export interface RejectionGroup {
  readonly code: string
  /** Empty where what came is too broken to have one. */
  readonly type: string
  /** Empty where the session has none. */
  readonly build: string
  readonly events: number
  readonly sessions: number
  readonly lastMs: number
  readonly example: string
}

export interface Rejection {
  readonly sessionId: string
  readonly seq: number
  readonly message: string
  /** What came, as text. */
  readonly raw: string
  readonly receivedAt: number
}

/** Undefined: any. */
export type GroupFilter = Partial<Record<'code' | 'type' | 'build', string>>

const rejections = ({ parsed, textAt }: Dialect): string => `SELECT
    session_id, seq, code, message, raw, received_at,
    coalesce(${textAt(parsed('raw'), 'type')}, '') AS type,
    coalesce(build, '') AS build
  FROM rejected_events LEFT JOIN sessions USING (session_id)`

export async function fetchGroups(
  filter: GroupFilter,
  dialect: Dialect,
  signal: AbortSignal,
): Promise<readonly RejectionGroup[]> {
  const { rows } = await runQuery(
    `SELECT code, type, build, count(*), count(DISTINCT session_id), ${dialect.msOf('max(received_at)')}, any_value(message)
    FROM (${rejections(dialect)}) ${where(filter, dialect)}
    GROUP BY code, type, build ORDER BY count(*) DESC, code, type, build LIMIT 200`,
    signal,
  )
  return rows.map(([code, type, build, events, sessions, lastMs, example]) => ({
    code: String(code),
    type: String(type),
    build: String(build),
    events: Number(events),
    sessions: Number(sessions),
    lastMs: Number(lastMs),
    example: String(example),
  }))
}

export async function fetchExamples(
  filter: GroupFilter,
  dialect: Dialect,
  signal: AbortSignal,
): Promise<readonly Rejection[]> {
  const { rows } = await runQuery(
    `SELECT session_id, seq, message, raw, ${dialect.msOf('received_at')}
    FROM (${rejections(dialect)}) ${where(filter, dialect)}
    ORDER BY received_at DESC, seq DESC LIMIT 10`,
    signal,
  )
  return rows.map(([sessionId, seq, message, raw, receivedAt]) => ({
    sessionId: String(sessionId),
    seq: Number(seq),
    message: String(message),
    raw: String(raw),
    receivedAt: Number(receivedAt),
  }))
}

function where(filter: GroupFilter, { quoteText }: Dialect): string {
  const conditions = (['code', 'type', 'build'] as const).flatMap((column) => {
    const value = filter[column]
    return value === undefined ? [] : [`${column} = ${quoteText(value)}`]
  })
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
}
