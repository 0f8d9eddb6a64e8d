/** Keeps what the store process knows of its collector: how far the log is synced, and which sessions have a socket. */
import type { LogUpdate } from './messages.ts'

export interface CollectorState {
  /** The last update's. */
  readonly count: number
  isOpen(sessionId: string): boolean
  /** Those that have a socket. */
  openSessions(): readonly string[]
  take(update: LogUpdate): void
  /** The store stands where the log stood at this update. */
  sunk(count: number): void
  /** Up to when all that was acknowledged is in the store, in ms since 1970; undefined before its first update is. */
  readonly asOfMs: number | undefined
  /** Resolves to true once an update has come, to false where that takes longer. */
  reached(count: number, timeoutMs: number): Promise<boolean>
}

/** Of a store that takes nothing for long: a coarser grain will do then. */
const maxAhead = 1000

export function createCollectorState(): CollectorState {
  const open = new Set<string>()
  const waiters = new Set<{ readonly count: number; readonly finish: (reached: boolean) => void }>()
  /** Updates that the store has not reached. */
  let ahead: LogUpdate[] = []
  let asOfMs: number | undefined
  let count = -1

  return {
    get count() {
      return count
    },
    get asOfMs() {
      return asOfMs
    },
    isOpen: (sessionId) => open.has(sessionId),
    openSessions: () => [...open],

    take(update) {
      count = update.count
      if (ahead.length >= maxAhead) ahead.pop()
      ahead.push(update)
      for (const id of update.closed) open.delete(id)
      for (const id of update.opened) open.add(id)
      for (const waiter of waiters) if (waiter.count <= count) waiter.finish(true)
    },

    sunk(reached) {
      asOfMs = ahead.findLast((update) => update.count <= reached)?.atMs ?? asOfMs
      ahead = ahead.filter((update) => update.count > reached)
    },

    reached(wanted, timeoutMs) {
      if (wanted <= count) return Promise.resolve(true)
      return new Promise((resolve) => {
        const waiter = {
          count: wanted,
          finish(reached: boolean) {
            clearTimeout(timer)
            waiters.delete(waiter)
            resolve(reached)
          },
        }
        const timer = setTimeout(() => waiter.finish(false), timeoutMs)
        waiters.add(waiter)
      })
    },
  }
}
