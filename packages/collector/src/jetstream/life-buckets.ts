/** Opens the buckets in which collectors and sinks agree on what they remove: who is at it, and by which time events age. */
import { randomUUID } from 'node:crypto'
import { systemClock, systemTimer } from '../clock.ts'
import { type AgeClockMemory, ageClockStateIn } from '../life/age-clock.ts'
import { type JetStream, retried } from './connect.ts'
import { createLock, type Lock } from './lock.ts'
import { commonOf, leaseBucketOf, openAside } from './sink-buckets.ts'

export interface LifeBuckets {
  /** Of whoever deletes what is too old. */
  readonly expiryLock: Lock
  readonly ageClock: AgeClockMemory
  /** Deletes messages that were put aside. @returns what they were called */
  eraseAside(): Promise<readonly string[]>
}

/** Of one that ended without giving its lock away. */
const lockMs = 10_000
const ageClockKey = 'age-clock'

/** @throws {CollectorError} `log_unavailable` */
export const openLifeBuckets = (jetStream: JetStream): Promise<LifeBuckets> =>
  retried('the buckets of what is removed', () => open(jetStream))

async function open({ buckets, replicas }: JetStream): Promise<LifeBuckets> {
  const common = commonOf(replicas)
  const locks = await buckets.create('downlink-locks', { ...common, ttl: lockMs })
  const life = await buckets.create('downlink-life', common)
  const aside = await openAside({ buckets, replicas })
  return {
    expiryLock: createLock({
      ...{ bucket: leaseBucketOf(locks), key: 'expiry', owner: randomUUID(), leaseMs: lockMs },
      ...{ setTimer: systemTimer, now: systemClock.monotonicMs },
    }),
    ageClock: {
      load: async () => ageClockStateIn((await life.get(ageClockKey))?.string()),
      save: async (state) => void (await life.put(ageClockKey, JSON.stringify(state))),
    },
    async eraseAside() {
      const keys: string[] = []
      for await (const key of await aside.keys()) keys.push(key)
      for (const key of keys) await aside.purge(key)
      return keys.map((key) => `downlink-aside/${key}`)
    },
  }
}
