/** Opens the buckets in which collectors and sinks agree on what they remove: who is at it, and by which time events age. */
import { randomUUID } from 'node:crypto'
import { messageOf } from '@downlink/protocol'
import type { StreamInfo } from '@nats-io/jetstream'
import type { KV } from '@nats-io/kv'
import { systemClock, systemTimer } from '../clock.ts'
import { CollectorError } from '../errors.ts'
import { type AgeClockMemory, ageClockStateIn } from '../life/age-clock.ts'
import { type JetStream, retried } from './connect.ts'
import { createLock, type Lock } from './lock.ts'
import { commonOf, leaseBucketOf, openAside } from './sink-buckets.ts'
import { streamName } from './subjects.ts'

export interface LifeBuckets {
  /** Of whoever deletes what is too old. */
  readonly expiryLock: Lock
  readonly ageClock: AgeClockMemory
  /** The time by the server that leads the log, in ms since 1970; undefined where it is too old to tell. */
  serverMs(): Promise<number | undefined>
  /** Deletes messages that were put aside. @returns what they were called */
  eraseAside(): Promise<readonly string[]>
  /** Rejects where the log does not answer. */
  readAside(): Promise<AsideFigures>
}

/** Of messages that are no entries, and were put aside. */
export interface AsideFigures {
  /** 1000 where there are more. */
  readonly messages: number
  /** With what is left of those that were deleted. */
  readonly bytes: number
}

const maxCountedAside = 1000

/** Of one that ended without giving its lock away. */
const lockMs = 10_000
const ageClockKey = 'age-clock'

/** @throws {CollectorError} `log_unavailable` */
export const openLifeBuckets = (jetStream: JetStream): Promise<LifeBuckets> =>
  retried('the buckets of what is removed', () => open(jetStream))

async function open({ buckets, manager, replicas }: JetStream): Promise<LifeBuckets> {
  const common = commonOf(replicas)
  const locks = await buckets.create('downlink-locks', { ...common, ttl: lockMs })
  const life = await buckets.create('downlink-life', common)
  const aside = await openAside({ buckets, replicas })
  return {
    expiryLock: createLock({
      ...{ bucket: leaseBucketOf(locks), key: 'expiry', owner: randomUUID(), leaseMs: lockMs },
      ...{ setTimer: systemTimer, now: systemClock.monotonicMs },
    }),
    ageClock: ageClockIn(life),
    async serverMs() {
      const info: StreamInfo & { readonly ts?: string } = await answered(manager.streams.info(streamName))
      return info.ts === undefined ? undefined : Date.parse(info.ts)
    },
    async eraseAside() {
      const keys: string[] = []
      for await (const key of await aside.keys()) keys.push(key)
      for (const key of keys) await aside.purge(key)
      return keys.map((key) => `downlink-aside/${key}`)
    },
    readAside: () => countAside(aside),
  }
}

/** Of a key that was deleted a mark is left: how many messages a bucket has says nothing of keys. */
async function countAside(aside: KV): Promise<AsideFigures> {
  const { values, size: bytes } = await aside.status()
  if (values === 0) return { messages: 0, bytes }
  const keys = await aside.keys()
  let messages = 0
  for await (const _ of keys) if (++messages === maxCountedAside) break
  return { messages, bytes }
}

/** What another has saved since it was loaded stays. */
function ageClockIn(bucket: KV): AgeClockMemory {
  let revision = 0
  return {
    async load() {
      const entry = await answered(bucket.get(ageClockKey))
      revision = entry?.revision ?? 0
      return ageClockStateIn(entry?.string())
    },
    async save(state) {
      const text = JSON.stringify(state)
      revision = await (revision === 0 ? bucket.create(ageClockKey, text) : bucket.update(ageClockKey, text, revision))
    },
  }
}

/** @throws {CollectorError} `log_unavailable` */
const answered = <Value>(asked: Promise<Value>): Promise<Value> =>
  asked.catch((cause: unknown) => {
    throw new CollectorError('log_unavailable', `Nobody can tell by which time events age: ${messageOf(cause)}`, {
      cause,
    })
  })
