/** Decorators that measure: the commit log feeds the tally, the store its histogram. Neither knows that it is watched. */
import type { CommitLog } from '../commit/commit-log.ts'
import type { SessionStore, WriteOutcome } from '../commit/session-store.ts'
import type { Tally } from './tally.ts'

export function meteredLog(log: CommitLog, tally: Tally): CommitLog {
  return {
    read: (sessionId) => log.read(sessionId),
    settled: () => log.settled(),
    append(sessionId, expectedMark, batch) {
      const outcome = log.append(sessionId, expectedMark, batch)
      const events = batch.events.length
      tally.pending += events
      void outcome.then((settled) => {
        tally.pending -= events
        if (settled.kind === 'committed') tally.add(batch, settled.rejected)
      })
      return outcome
    },
  }
}

/** @param now a monotonic clock, in ms */
export function meteredStore(
  store: SessionStore,
  observe: (outcome: WriteOutcome['kind'], durationMs: number) => void,
  now: () => number = () => performance.now(),
): SessionStore {
  return {
    readSessions: (sessionIds) => store.readSessions(sessionIds),
    tryEvent: (run) => store.tryEvent(run),
    async write(group) {
      const startedAt = now()
      const outcome = await store.write(group)
      observe(outcome.kind, now() - startedAt)
      return outcome
    },
  }
}
