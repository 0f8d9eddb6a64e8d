/** Holds a socket to its rate: first asks it to slow down, and closes it where it does not. */
import { closeCodes } from '@downlink/protocol'
import { createBucket } from './rate-limit.ts'
import type { Socket } from './socket.ts'

export interface Pace {
  /** False once the socket was closed for going on too fast. */
  allows(events: number): boolean
}

export function createPace(socket: Socket, eventsPerSecond: number, monotonicMs: () => number): Pace {
  const bucket = createBucket(eventsPerSecond, monotonicMs)
  let askedUntil = Number.NEGATIVE_INFINITY
  return {
    allows(events) {
      bucket.take(events)
      const left = bucket.level
      if (left >= 0) return true
      // What was on its way before the sender could read `slow` is still taken.
      if (left < -2 * eventsPerSecond) {
        socket.close(closeCodes.tooFast, `Expected at most ${eventsPerSecond} events a second`)
        return false
      }
      if (monotonicMs() >= askedUntil) {
        const retryAfterMs = Math.ceil((-left / eventsPerSecond) * 1000)
        askedUntil = monotonicMs() + retryAfterMs
        socket.send({ t: 'slow', retryAfterMs })
      }
      return true
    },
  }
}
