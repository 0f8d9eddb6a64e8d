/** Finds, from one death of the store's process to the next, what it died of. Pure. */
import { isSame, type Position } from '../log/read-log.ts'
import type { EventName, SinkOrders, SinkWork } from './poison-guard.ts'

export interface SinkSuspects {
  working(work: SinkWork | undefined): void
  /** The process has ended, and no query is known to be to blame. */
  died(): void
  /** It was ended for a reason that has nothing to do with what it wrote. */
  endedOtherwise(): void
  /** For the next process. */
  readonly orders: SinkOrders
}

/** A range that was under way at so many deaths is written alone; at one more, event by event. */
const deathsToSuspect = 2

export function createSinkSuspects(): SinkSuspects {
  let work: SinkWork | undefined
  /** The range that was under way at the last deaths, by where it begins: its end may have grown. */
  let range: { readonly from: Position | undefined; readonly deaths: number } | undefined
  let culprits: readonly EventName[] = []

  return {
    working(next) {
      // It is over, and nobody died of it.
      if (!next && work?.kind === 'range' && range && isSame(range.from, work.from)) range = undefined
      work = next
    },

    died() {
      if (work?.kind === 'event') culprits = [...culprits, work.event]
      else if (work) {
        const deaths = range && isSame(range.from, work.from) ? range.deaths + 1 : 1
        range = { from: work.from, deaths }
      }
      work = undefined
    },

    endedOtherwise() {
      work = undefined
    },

    get orders() {
      const deaths = range?.deaths ?? 0
      return {
        alone: range && deaths >= deathsToSuspect ? range : undefined,
        oneByOne: range && deaths > deathsToSuspect ? range : undefined,
        culprits,
      }
    },
  }
}
