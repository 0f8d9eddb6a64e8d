/** Holds the ends of the log back from the sink while what is stored is counted for the first time: the count is of one moment. */
import type { Position } from '../log/read-log.ts'
import { createWaiters } from '../waiters.ts'
import type { Sink } from './sink.ts'

export interface FirstCount<Counts> extends Pick<Sink, 'caughtUp'> {
  /** As the sink's; what comes while it is counted is held back until then. */
  follow(end: Position, count: number): void
  /** Counts as soon as the sink has caught up, or is given up. Rejects where it can't be counted. */
  run(isGivenUp: () => boolean): Promise<Counts>
}

const retryMs = 60_000

export function createFirstCount<Counts>(
  sink: Pick<Sink, 'follow' | 'caughtUp'>,
  count: () => Promise<Counts>,
): FirstCount<Counts> {
  const waiters = createWaiters()
  let held: { readonly end: Position; readonly count: number } | undefined
  let isCounting = false

  return {
    follow(end, count) {
      if (isCounting) held = { end, count }
      else sink.follow(end, count)
    },
    // The sink does not know of what is held, and would take an older end for the last one.
    caughtUp: async (timeoutMs) => (await waiters.until(() => !held, timeoutMs)) && sink.caughtUp(timeoutMs),
    async run(isGivenUp) {
      isCounting = true
      while (!isGivenUp() && !(await sink.caughtUp(retryMs)));
      try {
        return await count()
      } finally {
        isCounting = false
        if (held) sink.follow(held.end, held.count)
        held = undefined
        waiters.changed()
      }
    },
  }
}
