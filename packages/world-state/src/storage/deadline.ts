/** Limits a storage in time: an answer that never comes must not hold up all that follows. */

import { maxDelayMs, realTimer, type SetTimer, withTimeout } from '@downlink/artifacts'
import { expectWhole, WorldStateError } from '../errors.ts'

export interface Deadline {
  readonly timeoutMs: number
  readonly setTimer: SetTimer
}

export interface DeadlineOptions {
  /** How long an operation may take, in milliseconds, from 1 to 2147483647. @default 10,000 */
  readonly timeoutMs?: number
  /** @default setTimeout */
  readonly setTimer?: SetTimer
}

/** @throws {WorldStateError} `bad_option` */
export function deadlineOf({ timeoutMs, setTimer = realTimer }: DeadlineOptions, defaultMs: number): Deadline {
  return { timeoutMs: expectWhole('timeoutMs', timeoutMs ?? defaultMs, maxDelayMs), setTimer }
}

/**
 * @param run gets a signal that is aborted once nobody waits for it any more: it must begin nothing then, lest an old
 *   save lands on a newer one
 * @throws {WorldStateError} `storage_timeout`; whatever `run` throws
 */
export function withDeadline<Result>(
  run: (signal: AbortSignal) => Promise<Result>,
  { timeoutMs, setTimer }: Deadline,
): Promise<Result> {
  const giveUp = (): never => {
    throw new WorldStateError('storage_timeout', `Expected the storage to answer within ${timeoutMs} ms`)
  }
  return withTimeout(run, timeoutMs, giveUp, setTimer)
}
