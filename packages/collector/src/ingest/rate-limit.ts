/** How fast a sender may be: a bucket, refilled steadily (token bucket). */

export interface Bucket {
  /** What is there; negative is debt. */
  readonly level: number
  /** Takes an amount, into debt if need be. */
  take(amount: number): void
}

/** @param capacity what may be taken at once; a second's worth unless told */
export function createBucket(perSecond: number, monotonicMs: () => number, capacity: number = perSecond): Bucket {
  let level = capacity
  let filledAtMs = monotonicMs()
  const bucket: Bucket = {
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

export interface Buckets {
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
export function createBuckets(perSecond: number, monotonicMs: () => number, capacity: number = perSecond): Buckets {
  const buckets = new Map<string, Bucket>()
  return {
    take(address, amount) {
      const bucket = buckets.get(address) ?? createBucket(perSecond, monotonicMs, capacity)
      buckets.delete(address)
      buckets.set(address, bucket)
      if (buckets.size > maxAddresses) {
        for (const oldest of buckets.keys()) {
          buckets.delete(oldest)
          break
        }
      }
      const { level } = bucket
      if (level < 1) return Math.ceil((1 - level) / perSecond)
      bucket.take(amount)
      return 0
    },
  }
}
