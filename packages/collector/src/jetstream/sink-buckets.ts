/** Opens the buckets in which sinks agree: who sinks which partition, where a group ends, and what is no entry. */
import type { KV, KvOptions } from '@nats-io/kv'
import { isFull, type JetStream } from './connect.ts'

export interface SinkBuckets {
  readonly leases: LeaseBucket
  readonly ends: GroupEnds
  readonly aside: AsideMessages
}

/** Keys that end by themselves where nobody renews them. */
export interface LeaseBucket {
  keys(): Promise<readonly string[]>
  /** Resolves to its revision; rejects where the key is there. */
  create(key: string, value: string): Promise<number>
  /** Resolves to its next revision; rejects where the key has another one, or none. */
  update(key: string, value: string, revision: number): Promise<number>
  put(key: string, value: string): Promise<unknown>
  /** @param revision rejects where the key has another one */
  delete(key: string, revision?: number): Promise<void>
}

/** Where the group ends that is being written, so that whoever writes it again writes the same. */
export interface GroupEnds {
  read(partition: string): Promise<KnownEnd>
  /** Resolves to its next revision; rejects where another sink has written since. */
  write(partition: string, end: GroupEnd, revision: number): Promise<number>
}

/** Places: of the last message before a group, and of its last one. */
export interface GroupEnd {
  readonly after: number
  readonly end: number
}

export interface KnownEnd {
  /** Undefined where none was ever written. */
  readonly value: GroupEnd | undefined
  readonly revision: number
}

/** Messages that are no entries, as they came. */
export interface AsideMessages {
  /** Resolves to whether there was room for it. */
  keep(partition: string, seq: number, data: Uint8Array): Promise<boolean>
}

/** What somebody may want to look at; more of it would take the log's room. */
const maxAsideBytes = 67_108_864

/** As their leases say. */
export interface RunningSinks {
  readonly running: number
  /** Partitions that one of them has. */
  readonly held: number
}

const leasesName = 'downlink-leases'
const sinkPrefix = 'sink-'

/** The key by which a sink says that it runs. */
export const sinkKeyOf = (owner: string): string => sinkPrefix + owner

export const countSinkKeys = (keys: Iterable<string>): number =>
  [...keys].filter((key) => key.startsWith(sinkPrefix)).length

/** Rejects where the log does not answer; before the first sink there is none, and no bucket of theirs. */
export async function countSinks({ buckets, manager }: Pick<JetStream, 'buckets' | 'manager'>): Promise<RunningSinks> {
  if (!(await isOpened(manager, leasesName))) return { running: 0, held: 0 }
  // One that is renewed meanwhile comes twice.
  const keys = new Set(await leaseBucketOf(await buckets.open(leasesName)).keys())
  const running = countSinkKeys(keys)
  return { running, held: keys.size - running }
}

async function isOpened({ streams }: JetStream['manager'], bucket: string): Promise<boolean> {
  for await (const _ of streams.names(`$KV.${bucket}.>`)) return true
  return false
}

/** @param leaseMs after which a key of `leases` ends that nobody renewed */
export async function openSinkBuckets({ buckets, replicas }: JetStream, leaseMs: number): Promise<SinkBuckets> {
  const common = commonOf(replicas)
  const leases = await buckets.create(leasesName, { ...common, ttl: leaseMs })
  const ends = await buckets.create('downlink-group-ends', common)
  const aside = await openAside({ buckets, replicas })
  return {
    leases: leaseBucketOf(leases),
    ends: {
      async read(partition) {
        const entry = await ends.get(partition)
        return entry ? { value: entry.json<GroupEnd>(), revision: entry.revision } : { value: undefined, revision: 0 }
      },
      async write(partition, end, revision) {
        const text = JSON.stringify(end)
        return revision === 0 ? ends.create(partition, text) : ends.update(partition, text, revision)
      },
    },
    aside: {
      async keep(partition, seq, data) {
        try {
          await aside.put(`${partition}.${seq}`, data)
          return true
        } catch (error) {
          if (isFull(error)) return false
          throw error
        }
      },
    },
  }
}

export const openAside = ({ buckets, replicas }: Pick<JetStream, 'buckets' | 'replicas'>): Promise<KV> =>
  buckets.create('downlink-aside', { ...commonOf(replicas), max_bytes: maxAsideBytes })

/** Only the leader knows what was written last. */
export const commonOf = (replicas: number): Pick<KvOptions, 'replicas' | 'history' | 'allow_direct'> => ({
  replicas,
  history: 1,
  allow_direct: false,
})

export const leaseBucketOf = (bucket: KV): LeaseBucket => ({
  async keys() {
    const keys: string[] = []
    for await (const key of await bucket.keys()) keys.push(key)
    return keys
  },
  create: (key, value) => bucket.create(key, value),
  update: (key, value, revision) => bucket.update(key, value, revision),
  put: (key, value) => bucket.put(key, value),
  delete: (key, revision) => bucket.delete(key, revision === undefined ? {} : { previousSeq: revision }),
})
