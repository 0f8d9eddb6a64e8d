/** Finds the sessions that a condition picks which somebody wrote, by the labels that they have or ever had. */

import { inParentheses } from '../allowed-sql/validate-sql.ts'
import { CollectorError } from '../errors.ts'
import { sessionsOfAllLabels } from './label-history.ts'
import type { Sandbox } from './sandbox.ts'

export interface MatchingSession {
  readonly sessionId: string
  /** Its events that are stored. */
  readonly stored: number
}

/** What is done with them takes a while for each. */
export const maxMatches = 10_000

export const tooManyMatches: string = `Expected a condition that picks at most ${maxMatches} sessions at once, got one that picks more`

/**
 * @param condition over the table `sessions`, as behind WHERE; a session matches that did with any labels
 * @throws {CollectorError} `query_too_large` where it picks more than 10,000; as `Sandbox.answer` does
 */
export function findMatchingSessions(
  sandbox: Pick<Sandbox, 'runWhere'>,
  condition: string,
): Promise<readonly MatchingSession[]> {
  const select = `SELECT DISTINCT session_id, stored FROM ${sessionsOfAllLabels} AS sessions
    WHERE ${inParentheses(condition)} LIMIT ${maxMatches + 1}`
  return sandbox.runWhere(
    { sql: condition, from: 'FROM sessions' },
    async (connection) => {
      const rows = (await connection.runAndReadAll(select)).getRows()
      if (rows.length > maxMatches) {
        throw new CollectorError('query_too_large', tooManyMatches)
      }
      return rows.map(([sessionId, stored]) => ({ sessionId: String(sessionId), stored: Number(stored) }))
    },
    {},
  )
}
