/** Keeps what the store process knows of its collector: how far the log is synced, and which sessions have a socket. */
import { createWaiters } from '../waiters.ts'
import type { LogUpdate } from './messages.ts'

export interface CollectorState {
  /** The last update's. */
  readonly count: number
  isOpen(sessionId: string): boolean
  /** Those that have a socket. */
  openSessions(): readonly string[]
  take(update: LogUpdate): void
  /** All of the log up to this update is in the store. */
  applied(count: number): void
  /** Up to when all that was acknowledged is in the store, in ms since 1970; undefined before its first update is. */
  readonly asOfMs: number | undefined
  /** Resolves to true once an update has come, to false where that takes longer. */
  received(count: number, timeoutMs: number): Promise<boolean>
}

/** Of a store that takes nothing for long: a coarser grain will do then. */
const maxAhead = 1000

export function createCollectorState(): CollectorState {
  const open = new Set<string>()
  const waiters = createWaiters()
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
      waiters.changed()
    },

    applied(reached) {
      asOfMs = ahead.findLast((update) => update.count <= reached)?.atMs ?? asOfMs
      ahead = ahead.filter((update) => update.count > reached)
    },

    received: (wanted, timeoutMs) => waiters.until(() => wanted <= count, timeoutMs),
  }
}
