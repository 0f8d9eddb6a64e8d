/** How fast one sender may be: a bucket that refills every second (token bucket). */
import { closeCodes } from '@downlink/protocol'
import type { Socket } from './socket.ts'

export interface RateLimit {
  /** Takes a batch's events. Asks the sender to slow down once they are too many; false once it was closed for them. */
  take(events: number, socket: Socket): boolean
}

/** @param perSecond also what may come at once */
export function createRateLimit(perSecond: number, now: () => number): RateLimit {
  const bucket = createBucket(perSecond, now)
  let warnedAt = Number.NEGATIVE_INFINITY
  return {
    take(events, socket) {
      bucket.take(events)
      if (bucket.level >= 0) return true
      // What is already on its way when the sender reads `slow` is still taken.
      if (bucket.level < -2 * perSecond) {
        socket.close(closeCodes.tooFast, `Expected at most ${perSecond} events a second`)
        return false
      }
      const retryAfterMs = Math.ceil((-bucket.level / perSecond) * 1000)
      if (now() - warnedAt >= retryAfterMs) {
        warnedAt = now()
        socket.send({ t: 'slow', retryAfterMs })
      }
      return true
    },
  }
}

export interface Bucket {
  /** What is left; negative is debt. */
  readonly level: number
  take(amount: number): void
}

export function createBucket(perSecond: number, now: () => number): Bucket {
  let level = perSecond
  let filledAt = now()
  return {
    get level() {
      return level
    },
    take(amount) {
      const at = now()
      level = Math.min(perSecond, level + ((at - filledAt) / 1000) * perSecond) - amount
      filledAt = at
    },
  }
}
