/** Collects what a test's pages have sent so far, and waits for more. */
import type { CommitNotice, CommittedEvent, RejectedEvent } from '@downlink/collector'

export interface Received {
  readonly events: readonly CommittedEvent[]
  readonly rejected: readonly RejectedEvent[]
  take(notice: CommitNotice): void
  reset(): void
  /**
   * Asks now, and again after each change.
   *
   * @param timeoutMs 0 for no limit
   * @returns the first answer that is not undefined; undefined when the time is over
   */
  until<Answer>(ask: () => Answer | undefined, timeoutMs: number): Promise<Answer | undefined>
}

export function createReceived(): Received {
  const events: CommittedEvent[] = []
  const rejected: RejectedEvent[] = []
  const listeners = new Set<() => void>()

  return {
    events,
    rejected,
    take(notice) {
      // Not spread into one `push`: a notice may have more than a call takes arguments.
      for (const event of notice.events) events.push(event)
      for (const event of notice.rejected) rejected.push(event)
      for (const listener of listeners) listener()
    },
    reset() {
      events.length = 0
      rejected.length = 0
    },
    until(ask, timeoutMs) {
      const answer = ask()
      if (answer !== undefined) return Promise.resolve(answer)
      return new Promise((resolve, reject) => {
        const finish = (end: () => void): void => {
          listeners.delete(look)
          clearTimeout(timer)
          end()
        }
        const look = (): void => {
          try {
            const later = ask()
            if (later !== undefined) finish(() => resolve(later))
          } catch (error) {
            // It is the caller's; the collector, in whose turn we are, must not have it.
            finish(() => reject(error))
          }
        }
        const timer = timeoutMs > 0 ? setTimeout(() => finish(() => resolve(undefined)), timeoutMs) : undefined
        listeners.add(look)
      })
    },
  }
}
