/** Decorators that measure: the commit log feeds the tally, the journal its histogram. Neither knows that it is watched. */
import type { CommitLog } from '../commit/commit-log.ts'
import type { Journal, JournalOutcome } from '../commit/journal.ts'
import type { Tally } from './tally.ts'

export function meteredLog(log: CommitLog, tally: Tally): CommitLog {
  return {
    ...log,
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
export function meteredJournal(
  journal: Journal,
  observe: (outcome: JournalOutcome['kind'], durationMs: number) => void,
  now: () => number = () => performance.now(),
): Journal {
  return {
    ...journal,
    async write(writes) {
      const startedAt = now()
      const outcome = await journal.write(writes)
      observe(outcome.kind, now() - startedAt)
      return outcome
    },
  }
}
