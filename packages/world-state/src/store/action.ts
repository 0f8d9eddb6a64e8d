/** What was dispatched, as reducers see it and history keeps it. */
import { copyJson, type Json } from '../json.ts'

export interface Action {
  readonly type: string
  /** A frozen copy. An object's `timestamp` is a number: its own, or else the store's. */
  readonly payload: Json
  readonly timestamp: number
}

/** Throws where the payload can't be read. */
export function actionOf(type: string, given: unknown, clock: () => number): Action {
  const copy = copyJson(given ?? {})
  // The text that stands for an object that throws where it is read.
  if (typeof given === 'object' && typeof copy === 'string' && copy.startsWith('[unreadable')) throw new TypeError(copy)
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) {
    return { type, payload: copy, timestamp: clock() }
  }
  const own = (copy as { readonly timestamp?: Json }).timestamp
  const timestamp = timeIn(own) ?? clock()
  return { type, payload: timestamp === own ? copy : Object.freeze({ ...copy, timestamp }), timestamp }
}

/** Milliseconds since 1970, of a number or of what JSON makes of a Date. */
function timeIn(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
