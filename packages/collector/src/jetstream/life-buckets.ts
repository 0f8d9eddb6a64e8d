/** Opens the buckets in which collectors and sinks agree on what they remove: who is at it, and by which time events age. */
import { randomUUID } from 'node:crypto'
import { systemClock, systemTimer } from '../clock.ts'
import { type AgeClockMemory, ageClockStateIn } from '../life/age-clock.ts'
import type { JetStream } from './connect.ts'
import { createLock, type Lock } from './lock.ts'
import { leaseBucketOf } from './sink-buckets.ts'

export interface LifeBuckets {
  /** Of whoever deletes what is too old. */
  readonly expiryLock: Lock
  readonly ageClock: AgeClockMemory
}

/** Of one that ended without giving its lock away. */
const lockMs = 10_000
const ageClockKey = 'age-clock'

export async function openLifeBuckets({ buckets, replicas }: JetStream): Promise<LifeBuckets> {
  const common = { replicas, history: 1, allow_direct: false }
  const locks = await buckets.create('downlink-locks', { ...common, ttl: lockMs })
  const life = await buckets.create('downlink-life', common)
  return {
    expiryLock: createLock({
      ...{ bucket: leaseBucketOf(locks), key: 'expiry', owner: randomUUID(), leaseMs: lockMs },
      ...{ setTimer: systemTimer, now: systemClock.monotonicMs },
    }),
    ageClock: {
      load: async () => ageClockStateIn((await life.get(ageClockKey))?.string()),
      save: async (state) => void (await life.put(ageClockKey, JSON.stringify(state))),
    },
  }
}
