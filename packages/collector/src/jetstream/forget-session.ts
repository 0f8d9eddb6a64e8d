/**
 * Forgets a session in the stream: publishes, behind all that came of it, that it is forgotten. Whichever collector has it
 * then can publish nothing of it any more, and reads that; sinks come to it in the order of the session.
 */
import type { SetTimer } from '../clock.ts'
import { noEvents } from '../commit/encoded-events.ts'
import type { SessionBatch } from '../commit/session-batch.ts'
import type { SessionRecord } from '../commit/session-record.ts'
import type { StreamCommit } from './stream-commit.ts'

export type ForgetOutcome = 'forgotten' | 'unknown' | 'unavailable'

export interface SessionForgetterOptions {
  readonly commits: Pick<StreamCommit, 'read' | 'append' | 'release' | 'giveUp'>
  readonly setTimer: SetTimer
}

/** A player may be in the midst of it, and send once a second or so. */
const retry = { times: 40, pauseMs: 250 }

/** @returns forgets a session, which was known at this time in ms since 1970. Never rejects */
export function createSessionForgetter({ commits, setTimer }: SessionForgetterOptions) {
  return async (sessionId: string, atMs: number): Promise<ForgetOutcome> => {
    for (let tries = 0; tries < retry.times; tries++) {
      if (tries > 0) await new Promise<void>((resolve) => setTimer(resolve, retry.pauseMs))
      const found = await commits.read(sessionId, false)
      if (found.kind === 'unavailable') continue
      if (found.kind === 'unknown') {
        commits.release(sessionId)
        return 'unknown'
      }
      const { record } = found
      const outcome = await commits.append(sessionId, record.committedSeq, forgettingBatch(record, atMs))
      if (outcome.kind === 'committed') {
        // Whoever is on it comes again, and reads that.
        commits.giveUp(sessionId)
        return 'forgotten'
      }
      // Another collector may have gone on with it.
      if (outcome.kind === 'unavailable') commits.release(sessionId)
    }
    return 'unavailable'
  }
}

/** Says so behind where the session stands. */
export function forgettingBatch(
  { committedSeq, pushed, ended, lastSeenMs }: SessionRecord,
  atMs: number,
): SessionBatch {
  const nothing = { events: noEvents, rejected: [], dropped: {}, missing: 0 }
  return { ...nothing, upTo: committedSeq, pushed, end: ended, receivedAt: lastSeenMs, forgetsAtMs: atMs }
}
