/** Finds the sessions that a condition picks which somebody wrote in ClickHouse's SQL, by the labels that they have or ever had. */
import { inParentheses } from '../allowed-sql/validate-sql.ts'
import { CollectorError } from '../errors.ts'
import { type MatchingSession, maxMatches, tooManyMatches } from '../query/matching-sessions.ts'
import type { Sandbox } from '../query/sandbox.ts'
import { queryErrorOf } from './failures.ts'
import type { Reader } from './reader.ts'

const ofAllLabels = `(SELECT session.* REPLACE (history.labels AS labels)
    FROM sessions AS session JOIN label_history AS history USING (session_id))`

/** Of a line: an id, and a count. */
const maxLineLength = 10_000
const maxResultBytes = 512 * (maxMatches + 1)

/**
 * @param condition over the view `sessions`, as behind WHERE; a session matches that did with any labels
 * @throws {CollectorError} `query_too_large` where it picks more than 10,000; as `Sandbox.answer` does
 */
export async function findMatchingSessions(
  reader: Reader,
  sandbox: Pick<Sandbox, 'validate'>,
  condition: string,
): Promise<readonly MatchingSession[]> {
  // Alone it has to be whole, so that no bracket of it ends outside.
  await sandbox.validate(`SELECT 1 WHERE ${condition}\n`)
  const select = `SELECT DISTINCT session_id, stored FROM ${ofAllLabels} AS sessions
    WHERE ${inParentheses(condition)} LIMIT ${maxMatches + 1}`
  await sandbox.validate(select)
  const found = await reader.lines(
    `${select} FORMAT JSONCompactEachRow`,
    {
      settings: { output_format_json_quote_64bit_integers: 0 },
      ...{ maxLineLength, maxResultBytes, errorOf: queryErrorOf },
    },
    async (lines) => {
      const sessions: MatchingSession[] = []
      for await (const line of lines) {
        const [sessionId, stored] = JSON.parse(line)
        sessions.push({ sessionId: String(sessionId), stored: Number(stored) })
      }
      return sessions
    },
  )
  if (found.length > maxMatches) throw new CollectorError('query_too_large', tooManyMatches)
  return found
}
