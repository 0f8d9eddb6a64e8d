/** Passes on what was committed. While nobody listens, nothing is even put together. */
import type { CommitListener, CommitNotice } from '../commit/commit-notice.ts'

export interface Feed extends CommitListener {
  /** @returns its unsubscribe */
  subscribe(listener: (notice: CommitNotice) => void): () => void
}

export function createFeed(): Feed {
  const listeners = new Set<(notice: CommitNotice) => void>()
  return {
    get listeners() {
      return listeners.size
    },
    publish(notice) {
      for (const listener of listeners) listener(notice)
    },
    subscribe(listener) {
      // Two subscriptions of one function are two.
      const entry = (notice: CommitNotice) => listener(notice)
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
}
