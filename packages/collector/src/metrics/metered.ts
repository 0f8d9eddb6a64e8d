/** Decorators that measure: the commit log feeds the counters, the journal its histogram. Neither knows that it is watched. */
import type { CommitLog } from '../commit/commit-log.ts'
import type { Journal, JournalOutcome } from '../commit/journal.ts'
import type { EventCounters } from './event-counters.ts'

export function meteredLog(log: CommitLog, counters: EventCounters): CommitLog {
  return {
    ...log,
    append(sessionId, expectedMark, batch) {
      const outcome = log.append(sessionId, expectedMark, batch)
      const events = batch.events.length
      counters.pending += events
      void outcome.then((answer) => {
        counters.pending -= events
        if (answer.kind === 'committed') counters.add(batch, answer.rejected)
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
