/** What the store process knows of its collector: how far the log is synced, and which sessions have a socket. */
import type { LogUpdate } from './messages.ts'

export interface CollectorState {
  /** The last update's. */
  readonly count: number
  /** Events that sessions owe which have ended or have no socket. */
  readonly owed: number
  isOpen(sessionId: string): boolean
  take(update: LogUpdate): void
  /** Resolves to true once an update has come, to false where that takes longer. */
  reached(count: number, timeoutMs: number): Promise<boolean>
}

export function createCollectorState(): CollectorState {
  const open = new Set<string>()
  const waiters = new Set<{ readonly count: number; readonly settle: (reached: boolean) => void }>()
  let count = -1
  let owed = 0

  return {
    get count() {
      return count
    },
    get owed() {
      return owed
    },
    isOpen: (sessionId) => open.has(sessionId),

    take(update) {
      count = update.count
      owed = update.owed
      for (const id of update.closed) open.delete(id)
      for (const id of update.opened) open.add(id)
      for (const waiter of waiters) if (waiter.count <= count) waiter.settle(true)
    },

    reached(wanted, timeoutMs) {
      if (wanted <= count) return Promise.resolve(true)
      return new Promise((resolve) => {
        const waiter = {
          count: wanted,
          settle(reached: boolean) {
            clearTimeout(timer)
            waiters.delete(waiter)
            resolve(reached)
          },
        }
        const timer = setTimeout(() => waiter.settle(false), timeoutMs)
        waiters.add(waiter)
      })
    },
  }
}
