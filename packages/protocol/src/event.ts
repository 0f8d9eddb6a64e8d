/** Types an event, as its readers see it and as it is on the wire, and a drop, which stands for events that were given up; names why events are dropped or rejected. */

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
  readonly version?: number | undefined
  /** What it happened in. Absent where the game has said nothing of it. */
  readonly context?: EventContext | undefined
  /** Labels of its session that have changed since that began, as of this event. Null: one is there no more. */
  readonly labels?: Readonly<Record<string, string | null>> | undefined
}

/** Spells an event's id. */
export const eventId = (sessionId: string, seq: number): string => `${sessionId}:${seq}`

/** A `:` would make event ids ambiguous, and is the collector's own (`plain:`). */
const sessionForm = /^[\w.-]{1,64}$/

export const isSessionId = (value: unknown): value is string => typeof value === 'string' && sessionForm.test(value)

/** What an event happened in, say a level: values that its sender sets once, for all events from then on. */
export type EventContext = Readonly<Record<string, string | number | boolean>>

/** An event on the wire: its session and sequence follow from the batch around it. */
export interface WireEvent extends Said {
  readonly type: string
  readonly timestamp: number
  readonly data?: unknown
  readonly version?: number
}

/** What an element says of itself and those behind it in its batch, up to the next that says it. A batch begins with none. */
export interface Said {
  readonly context?: EventContext
  /** That changed since the hello, whole. Null: the hello's is there no more. */
  readonly labels?: Readonly<Record<string, string | null>>
}

/** Why a client gave an event up. The list is closed: a drop without one of these reasons does not exist. */
export const dropReasons = [
  'overflow',
  'oversize',
  'unencodable',
  'disabled',
  'cleared',
  'sampled',
  'replaced',
] as const

export type DropReason = (typeof dropReasons)[number]

/** How many events were dropped, by reason. A reason without drops is absent. */
export type DropCounts = { readonly [Reason in DropReason]?: number }

/** Stands for as many consecutive sequences as its counts add up to. */
export interface WireDrop extends Said {
  readonly drop: DropCounts
}

/** Why a collector rejected an event. The first eight are the wire's; the rest are the collector's. */
export const rejectionCodes = [
  'bad_event',
  'bad_text',
  'bad_number',
  'duplicate_key',
  'too_deep',
  'too_many_keys',
  'too_large',
  'bad_timestamp',
  'unknown_type',
  'unknown_version',
  'invalid_payload',
  'unstorable',
] as const

export type RejectionCode = (typeof rejectionCodes)[number]

/** What `downlink verify` sends: the type of its events, and the label of its sessions. Neither is a player's. */
export const verifyName = 'downlink_verify'
