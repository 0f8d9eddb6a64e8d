/** What was dispatched, as reducers see it and history keeps it. */
import { copyJson, type Json } from '../json.ts'

export interface Action {
  readonly type: string
  /** A frozen copy. An object without a `timestamp` was given the store's. */
  readonly payload: Json
  readonly timestamp: number
}

/** Throws where the payload can't be read. */
export function actionOf(type: string, given: unknown, clock: () => number): Action {
  const copy = copyJson(given ?? {})
  // The text that stands for an object that throws where it is read.
  if (typeof given === 'object' && typeof copy === 'string' && copy.startsWith('[unreadable')) throw new TypeError(copy)
  const isObject = typeof copy === 'object' && copy !== null && !Array.isArray(copy)
  if (isObject && 'timestamp' in copy && typeof copy.timestamp === 'number') {
    return { type, payload: copy, timestamp: copy.timestamp }
  }
  const timestamp = clock()
  return { type, payload: isObject ? Object.freeze({ ...copy, timestamp }) : copy, timestamp }
}
