/** Recounts what each session of a salvaged database has: the events that are there, and those that are lost as missing. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { summariseSessions } from '../event-summary.ts'

/** Events that were stored, and are not any more. */
export interface Loss {
  readonly events: number
  /** In how many sessions. */
  readonly sessionCount: number
  /** Those that lost most. */
  readonly sessions: readonly SessionLoss[]
}

export interface SessionLoss {
  readonly sessionId: string
  readonly events: number
}

/** Sessions that are named, at most. */
const listedSessions = 100

/** What a JSON object of counts comes to. */
export const totalOf = (column: string): string =>
  `coalesce(list_sum(CAST(json_extract(${column}, '$.*') AS BIGINT[])), 0)::BIGINT`

/** What a session counts beside what is stored and what is missing. */
const removed = `expired + forgotten + ${totalOf('rejected')} + ${totalOf('dropped')}`

/** Makes each session count and sum up the events that are there; the rest of what it counted is missing. */
export async function recount(connection: DuckDBConnection): Promise<Loss> {
  await connection.run(`CREATE TEMP TABLE recounted AS
    SELECT session_id, coalesce(rows, 0) AS stored, sessions.stored - coalesce(rows, 0) AS lost
    FROM sessions LEFT JOIN (SELECT session_id, count(*) AS rows FROM events GROUP BY session_id) USING (session_id)
    WHERE sessions.stored <> coalesce(rows, 0)
      OR committed_seq <> sessions.stored + missing + ${removed}`)
  await connection.run(`UPDATE sessions SET stored = recounted.stored,
      missing = greatest(0, committed_seq - recounted.stored - (${removed}))
    FROM recounted WHERE sessions.session_id = recounted.session_id`)
  const totals = await connection.runAndReadAll(
    'SELECT coalesce(sum(lost), 0)::BIGINT, count(*) FROM recounted WHERE lost > 0',
  )
  const sessions = await connection.runAndReadAll(
    `SELECT session_id, lost FROM recounted WHERE lost > 0 ORDER BY lost DESC, session_id LIMIT ${listedSessions}`,
  )
  await connection.run('DROP TABLE recounted')
  await connection.run(summariseSessions)
  const [events, sessionCount] = totals.getRows()[0] ?? []
  return {
    events: Number(events),
    sessionCount: Number(sessionCount),
    sessions: sessions.getRows().map(([sessionId, lost]) => ({ sessionId: String(sessionId), events: Number(lost) })),
  }
}
