/** Limits rates with token buckets: of one socket, and of each address. */
import { closeCodes } from '@downlink/protocol'
import { setNewest } from '../newest-entries.ts'
import type { Socket } from './socket.ts'

export interface TokenBucket {
  /** What is there; negative is debt. */
  readonly level: number
  /** Takes an amount, into debt if need be. */
  take(amount: number): void
}

/** @param capacity what may be taken at once; a second's worth unless told */
export function createTokenBucket(
  perSecond: number,
  monotonicMs: () => number,
  capacity: number = perSecond,
): TokenBucket {
  let level = capacity
  let filledAtMs = monotonicMs()
  const bucket: TokenBucket = {
    get level() {
      const atMs = monotonicMs()
      level = Math.min(capacity, level + ((atMs - filledAtMs) / 1000) * perSecond)
      filledAtMs = atMs
      return level
    },
    take(amount) {
      level = bucket.level - amount
    },
  }
  return bucket
}

export interface AddressRateLimiter {
  /**
   * Takes an amount for an address, into debt if need be. Where not even 1 is there nothing is taken, so that whoever
   * keeps asking is let in again as soon as whoever waits.
   *
   * @returns 0 where it was taken, else the seconds until something will be, whole
   */
  take(address: string, amount: number): number
}

/** Addresses remembered at most: who is forgotten starts with a full bucket. */
const maxAddresses = 10_000

/** A bucket for each address. */
export function createAddressRateLimiter(
  perSecond: number,
  monotonicMs: () => number,
  capacity: number = perSecond,
): AddressRateLimiter {
  const buckets = new Map<string, TokenBucket>()
  return {
    take(address, amount) {
      const bucket = buckets.get(address) ?? createTokenBucket(perSecond, monotonicMs, capacity)
      setNewest(buckets, address, bucket, maxAddresses)
      const { level } = bucket
      if (level < 1) return Math.ceil((1 - level) / perSecond)
      bucket.take(amount)
      return 0
    },
  }
}

export interface SocketRateLimiter {
  /** False once the socket was closed for going on too fast. */
  allows(events: number): boolean
}

export function createSocketRateLimiter(
  socket: Socket,
  eventsPerSecond: number,
  monotonicMs: () => number,
): SocketRateLimiter {
  const bucket = createTokenBucket(eventsPerSecond, monotonicMs)
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
