/** Types an event: what happened in a game, when, and as which event of which session; and makes its id. */

/**
 * A telemetry event as its readers see it.
 *
 * @example { id: '0197…:12', type: 'bullet_fired', timestamp: 1767225600000, data: { shipId: 'r1' }, sessionId: '0197…', seq: 12 }
 */
export interface TelemetryEvent<Type extends string = string, Data = unknown> {
  /** `${sessionId}:${seq}`, unique over all sessions. */
  readonly id: string
  readonly type: Type
  /** Wall-clock milliseconds since 1970, whole; never goes backwards within a session. */
  readonly timestamp: number
  readonly data: Data
  /** A UUIDv7 for a live session; letters, digits and `._-` in general. */
  readonly sessionId: string
  /** Counts the session's pushes from 1, without holes. */
  readonly seq: number
  /** Version of the event definitions that the sender was built with, whole, from 1. */
  readonly version?: number
}

/** Spells an event's id. */
export const eventId = (sessionId: string, seq: number): string => `${sessionId}:${seq}`

/** A `:` would make event ids ambiguous, and is the collector's own (`plain:`). */
const sessionForm = /^[A-Za-z0-9._-]{1,64}$/

export const isSessionId = (value: unknown): value is string => typeof value === 'string' && sessionForm.test(value)
