/** Gathers the newest of what players' sessions committed for the next message of the live stream, within a bound. */
import { verifyName } from '@downlink/protocol'
import type { CommitNotice, CommittedEvent } from '../commit/commit-feed.ts'
import type { RejectedEvent } from '../commit/session-batch.ts'

/** The data of a `tail` message: the newest of what was committed since the last one. */
export interface LiveTail {
  readonly events: readonly CommittedEvent[]
  readonly rejected: readonly RejectedEvent[]
  /** Entries that were left out. */
  readonly lost: number
}

export interface LiveTailBuffer {
  add(notice: CommitNotice): void
  /** Empties it. Undefined where nothing came. */
  take(): LiveTail | undefined
}

/** Of the events and of the rejected ones, in a message. */
export const tailLimits = { maxEntries: 50, maxBytes: 131_072 } as const

export function createLiveTail(): LiveTailBuffer {
  let events: CommittedEvent[] = []
  let rejected: RejectedEvent[] = []
  let lost = 0

  return {
    add(notice) {
      events = newest(
        events,
        notice.events.filter(({ type }) => type !== verifyName),
      )
      rejected = newest(rejected, notice.rejected)
    },

    take() {
      if (events.length === 0 && rejected.length === 0) return undefined
      const fitting = { events: withinBytes(events), rejected: withinBytes(rejected) }
      const tail = { ...fitting, lost }
      events = []
      rejected = []
      lost = 0
      return tail
    },
  }

  function newest<Entry>(kept: readonly Entry[], more: readonly Entry[]): Entry[] {
    const { maxEntries } = tailLimits
    lost += Math.max(0, kept.length + more.length - maxEntries)
    return [...kept, ...more.slice(-maxEntries)].slice(-maxEntries)
  }

  /** The newest that fit, and always one: an event is bounded by itself. */
  function withinBytes<Entry>(entries: readonly Entry[]): readonly Entry[] {
    let bytes = 0
    let first = entries.length
    while (first > 0 && bytes < tailLimits.maxBytes) bytes += JSON.stringify(entries[--first]).length
    lost += first
    return entries.slice(first)
  }
}
