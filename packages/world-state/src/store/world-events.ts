/** Names what a store emits on its bus. */
import type { Action } from './reducers.ts'

/** Add it to the event map of a game's bus. */
export interface WorldStateEvents {
  'worldstate:updated': WorldStateUpdate
  'worldstate:error': WorldStateFault
}

export interface WorldStateUpdate {
  /** The event that was dispatched; null where a snapshot was loaded. */
  readonly type: string | null
  /** The slices that changed. */
  readonly slices: readonly string[]
  readonly revision: number
  /** Milliseconds since 1970: the payload's, or else the store's. */
  readonly timestamp: number
}

export type WorldStateFaultCode =
  /** A reducer threw, or reading the payload did: nothing changed. */
  | 'reducer_failed'
  /** A field of a payload was odd: the rest of it counts. */
  | 'field_left_out'
  /** A listener of `subscribe` threw. */
  | 'listener_failed'
  /** Listeners dispatched without end: the dispatch was refused. */
  | 'too_many_nested'
  /** The bus threw, or rejected: only `onError` hears of it. */
  | 'bus_failed'

export interface WorldStateFault {
  readonly code: WorldStateFaultCode
  /** The event that was dispatched, or that the bus failed at; null for a listener. */
  readonly type: string | null
  readonly error: unknown
}

/** An entry of the history. */
export interface PastAction extends Action {
  /** The slices that it changed. */
  readonly slices: readonly string[]
}
