/** Says in which states a session is: in several, in one, or in none. */

export type SessionState = 'open' | 'complete' | 'lost' | 'lost_page' | 'rejecting'

/** What is known of a session now, from its row and from whether a socket of it is up. Takes `$open`, the ids of those, as JSON. */
export const sessionsNow = `SELECT *, missing + CASE WHEN is_open AND NOT ended THEN 0 ELSE pushed - committed_seq END AS missing_now
  FROM (SELECT *, session_id IN (SELECT unnest(from_json($open::JSON, '["VARCHAR"]'))) AS is_open FROM sessions)`

/** Each as a condition over a row of `sessionsNow`. */
export const sessionStates: Readonly<Record<SessionState, string>> = {
  open: 'is_open AND NOT ended',
  complete: 'ended AND missing_now = 0',
  lost: 'missing_now > 0',
  lost_page: 'NOT is_open AND NOT ended AND pushed > committed_seq',
  rejecting: "rejected <> '{}'",
}

export const sessionStateNames = Object.keys(sessionStates) as readonly SessionState[]
