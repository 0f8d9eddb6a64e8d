/** How fast a sender may be: a bucket, refilled steadily (token bucket). */

export interface Bucket {
  /** Takes an amount and tells what is left; negative is debt. */
  take(amount: number): number
}

/** @param capacity what may be taken at once; a second's worth unless told */
export function createBucket(perSecond: number, now: () => number, capacity: number = perSecond): Bucket {
  let level = capacity
  let filledAt = now()
  return {
    take(amount) {
      const at = now()
      level = Math.min(capacity, level + ((at - filledAt) / 1000) * perSecond) - amount
      filledAt = at
      return level
    },
  }
}

export interface Buckets {
  take(address: string, amount: number): number
}

/** Addresses remembered at most: who is forgotten starts with a full bucket. */
const maxAddresses = 10_000

/** A bucket for each address. */
export function createBuckets(perSecond: number, now: () => number, capacity: number = perSecond): Buckets {
  const buckets = new Map<string, Bucket>()
  return {
    take(address, amount) {
      const bucket = buckets.get(address) ?? createBucket(perSecond, now, capacity)
      buckets.delete(address)
      buckets.set(address, bucket)
      if (buckets.size > maxAddresses) {
        for (const oldest of buckets.keys()) {
          buckets.delete(oldest)
          break
        }
      }
      return bucket.take(amount)
    },
  }
}
