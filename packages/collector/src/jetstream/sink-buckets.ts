/** Opens the buckets in which sinks agree: who sinks which partition, where a group ends, and what is no entry. */
import type { JetStream } from './connect.ts'

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
  delete(key: string): Promise<void>
}

/** Where the group ends that is being written, so that whoever writes it again writes the same. */
export interface GroupEnds {
  /** Undefined where none was ever written. */
  read(partition: string): Promise<number | undefined>
  write(partition: string, end: number): Promise<void>
}

/** Messages that are no entries, as they came. */
export interface AsideMessages {
  keep(partition: string, seq: number, data: Uint8Array): Promise<void>
}

/** @param leaseMs after which a key of `leases` ends that nobody renewed */
export async function openSinkBuckets({ buckets, replicas }: JetStream, leaseMs: number): Promise<SinkBuckets> {
  // Only the leader knows what was written last.
  const common = { replicas, history: 1, allow_direct: false }
  const leases = await buckets.create('downlink-leases', { ...common, ttl: leaseMs })
  const ends = await buckets.create('downlink-group-ends', common)
  const aside = await buckets.create('downlink-aside', common)
  return {
    leases: {
      async keys() {
        const keys: string[] = []
        for await (const key of await leases.keys()) keys.push(key)
        return keys
      },
      create: (key, value) => leases.create(key, value),
      update: (key, value, revision) => leases.update(key, value, revision),
      put: (key, value) => leases.put(key, value),
      delete: (key) => leases.delete(key),
    },
    ends: {
      async read(partition) {
        const entry = await ends.get(partition)
        return entry ? Number(entry.string()) : undefined
      },
      async write(partition, end) {
        await ends.put(partition, String(end))
      },
    },
    aside: {
      async keep(partition, seq, data) {
        await aside.put(`${partition}.${seq}`, data)
      },
    },
  }
}
