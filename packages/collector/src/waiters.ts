/** Holds those who wait until something is so, each for a while at most. */
import { type SetTimer, systemTimer } from './clock.ts'

export interface Waiters {
  /** How many wait. */
  readonly count: number
  /** Resolves to whether something is so: once it is, or after a while as it stands then. */
  until(isSo: () => boolean, timeoutMs: number): Promise<boolean>
  /** Something may be so now: who waits looks again. */
  changed(): void
  /** Nothing changes any more: who waits, or comes yet, is answered as it stands. */
  end(): void
}

export function createWaiters(setTimer: SetTimer = systemTimer): Waiters {
  const waiting = new Map<() => void, () => boolean>()
  let isEnded = false
  return {
    get count() {
      return waiting.size
    },
    until(isSo, timeoutMs) {
      if (isEnded || isSo()) return Promise.resolve(isSo())
      return new Promise((resolve) => {
        const finish = (): void => {
          cancel()
          waiting.delete(finish)
          resolve(isSo())
        }
        const cancel = setTimer(finish, timeoutMs)
        waiting.set(finish, isSo)
      })
    },
    changed() {
      for (const [finish, isSo] of waiting) if (isSo()) finish()
    },
    end() {
      isEnded = true
      for (const finish of waiting.keys()) finish()
    },
  }
}
