/**
 * Spreads the partitions over the sinks that run: each holds its share by leases that it renews, and gives away what is more
 * when another one comes. Two may hold the same partition for a moment; what both write counts once.
 */
import { messageOf } from '@downlink/protocol'
import type { SetTimer } from '../clock.ts'
import { countSinkKeys, type LeaseBucket, sinkKeyOf } from './sink-buckets.ts'

export interface Leases {
  /** Begins, and goes on until it is stopped. */
  start(): void
  /** Gives all of them away. Idempotent. */
  stop(): Promise<void>
}

export interface LeasesOptions {
  readonly bucket: LeaseBucket
  /** An id that no other sink has. */
  readonly owner: string
  readonly partitions: readonly string[]
  /** After which a lease ends that was not renewed. */
  readonly leaseMs: number
  readonly onTaken: (partition: string) => void
  /** It is another's, or soon will be. Resolves once nothing more is written of it. */
  readonly onGone: (partition: string) => Promise<void>
  readonly onFailure: (reason: string) => void
  readonly setTimer: SetTimer
  /** A monotonic clock, in ms. */
  readonly now: () => number
}

export function createLeases(options: LeasesOptions): Leases {
  const { bucket, owner, partitions, leaseMs, onTaken, onGone, onFailure, setTimer, now } = options
  /** Revision, and when it was last renewed. */
  const held = new Map<string, { readonly revision: number; readonly atMs: number }>()
  const ownKey = sinkKeyOf(owner)
  let stopped: Promise<void> | undefined
  /** Those that are given away, until nothing more is written of them. */
  const going = new Map<string, Promise<void>>()
  let running = Promise.resolve()
  let cancelNext = (): void => {}

  return {
    start: round,
    stop: () => (stopped ??= stop()),
  }

  async function stop(): Promise<void> {
    cancelNext()
    await running
    for (const partition of held.keys()) giveAway(partition)
    await Promise.all(going.values())
    await bucket.delete(ownKey).catch(() => {})
  }

  function round(): void {
    running = keepShare()
      .catch((error: unknown) => onFailure(messageOf(error)))
      .then(dropEnded)
      .then(() => {
        if (!stopped) cancelNext = setTimer(round, leaseMs / 3)
      })
  }

  async function keepShare(): Promise<void> {
    await bucket.put(ownKey, owner)
    await Promise.all([...held].map(([partition, { revision }]) => renew(partition, revision)))
    const keys = new Set(await bucket.keys())
    const share = Math.ceil(partitions.length / Math.max(1, countSinkKeys(keys)))
    for (const partition of [...held.keys()].slice(share)) giveAway(partition)
    // A lease that ended while none could be renewed is still written under: it goes first, and is free then.
    const free = partitions.filter((one) => !keys.has(one) && !held.has(one) && !going.has(one))
    await Promise.all(free.slice(0, Math.max(0, share - held.size)).map(take))
  }

  async function take(partition: string): Promise<void> {
    const atMs = now()
    const revision = await bucket.create(partition, owner).catch(() => undefined)
    // Another sink was faster.
    if (revision === undefined) return
    held.set(partition, { revision, atMs })
    onTaken(partition)
  }

  async function renew(partition: string, revision: number): Promise<void> {
    const atMs = now()
    const renewed = await bucket.update(partition, owner, revision).catch(() => undefined)
    if (renewed !== undefined) held.set(partition, { revision: renewed, atMs })
  }

  /** What is under way may take as long as the store: the others are renewed meanwhile. */
  function giveAway(partition: string): void {
    const revision = held.get(partition)?.revision
    // It may have ended meanwhile, and be another's.
    void drop(partition, () => bucket.delete(partition, revision).catch(() => {}))
  }

  /** What was not renewed for so long another may have. */
  function dropEnded(): void {
    for (const [partition, { atMs }] of held) if (now() - atMs >= leaseMs) void drop(partition)
  }

  async function drop(partition: string, free = async (): Promise<void> => {}): Promise<void> {
    held.delete(partition)
    const gone = onGone(partition)
      .then(free)
      .catch((error: unknown) => onFailure(messageOf(error)))
    going.set(partition, gone)
    await gone
    going.delete(partition)
  }
}
