/** Sums up a session's events, as its row tells of them: how many are errors, and when the first and the last happened. */
import { correctedMicros } from '../commit/event-times.ts'
import type { EventRun } from '../sink/event-store.ts'

/** Of events that are new: it is added to what the session's row tells already. */
export interface EventSummary {
  readonly errors: number
  /** By the collector's clock, in microseconds since 1970. */
  readonly firstMicros: number
  readonly lastMicros: number
}

/** What an error event's type is, case aside. The databases and JavaScript read it alike. */
export const errorType = '(error|exception)$|^unhandled|^crash(ed)?$'
const errorTypeExpression = new RegExp(errorType, 'iu')

/** Does an event of this type tell of an error? */
export const isErrorType = (type: string): boolean => errorTypeExpression.test(type)

/** The same, of a row of `events`. */
export const isErrorEvent: string = `regexp_matches(type, '${errorType}', 'i')`

/** By session. */
export function summariseEvents(runs: readonly EventRun[]): ReadonlyMap<string, EventSummary> {
  const summaries = new Map<string, EventSummary>()
  for (const { sessionId, clockOffsetMs, events } of runs) {
    let { errors, firstMicros, lastMicros } = summaries.get(sessionId) ?? none
    for (const { event } of events) {
      const micros = correctedMicros(event.timestamp, clockOffsetMs)
      if (micros < firstMicros) firstMicros = micros
      if (micros > lastMicros) lastMicros = micros
      if (isErrorType(event.type)) errors++
    }
    if (events.length > 0) summaries.set(sessionId, { errors, firstMicros, lastMicros })
  }
  return summaries
}

const none: EventSummary = {
  errors: 0,
  firstMicros: Number.POSITIVE_INFINITY,
  lastMicros: Number.NEGATIVE_INFINITY,
}

/** What the events that are there come to, of every session. */
const summaries = `(
    SELECT session_id, coalesce(counted.error_events, 0) AS error_events, counted.first_event, counted.last_event
    FROM sessions LEFT JOIN (
      SELECT session_id, count(*) FILTER (${isErrorEvent}) AS error_events,
        min(corrected_ts) AS first_event, max(corrected_ts) AS last_event
      FROM events GROUP BY session_id
    ) AS counted USING (session_id)
  ) AS summary`

/** Sums up all sessions anew, from the events that are there. */
export const summariseSessions: string = `UPDATE sessions SET
    error_events = summary.error_events, first_event = summary.first_event, last_event = summary.last_event
  FROM ${summaries}
  WHERE sessions.session_id = summary.session_id`

/** Sessions whose rows tell something else of their events than these come to. */
export const selectWrongSummaries: string = `SELECT session_id
  FROM sessions JOIN ${summaries} USING (session_id)
  WHERE (sessions.error_events, sessions.first_event, sessions.last_event)
    IS DISTINCT FROM (summary.error_events, summary.first_event, summary.last_event)`
