/** Lets one process of a cluster at a time do what two must not do at once: a key of a bucket, which it renews while it works. */
import { messageOf } from '@downlink/protocol'
import type { SetTimer } from '../clock.ts'
import { CollectorError } from '../errors.ts'
import type { LeaseBucket } from './sink-buckets.ts'

export interface Lock {
  /**
   * Waits until nobody else holds the lock, and holds it while the work runs.
   *
   * @throws {CollectorError} `log_unavailable` where nobody can tell who holds it; what the work throws
   */
  hold<Value>(work: (lock: HeldLock) => Promise<Value>): Promise<Value>
}

export interface HeldLock {
  /** @throws {CollectorError} `log_unavailable` where it was not renewed in time, so that another may hold it */
  check(): void
}

export interface LockOptions {
  readonly bucket: Pick<LeaseBucket, 'keys' | 'create' | 'update' | 'delete'>
  readonly key: string
  /** An id that no other process has. */
  readonly owner: string
  /** After which a key of the bucket ends that nobody renewed. */
  readonly leaseMs: number
  readonly setTimer: SetTimer
  /** A monotonic clock, in ms. */
  readonly now: () => number
}

export function createLock({ bucket, key, owner, leaseMs, setTimer, now }: LockOptions): Lock {
  return {
    async hold(work) {
      const lease = await take()
      try {
        return await work({ check: lease.check })
      } finally {
        await lease.end()
      }
    },
  }

  async function take() {
    for (;;) {
      const atMs = now()
      const revision = await bucket.create(key, owner).catch(() => undefined)
      if (revision !== undefined) return keepLease(revision, atMs)
      await expectAnswer()
      await new Promise<void>((resolve) => setTimer(resolve, leaseMs / 10))
    }
  }

  /** Else somebody would be waited for of whom nobody can tell. */
  async function expectAnswer(): Promise<void> {
    try {
      await bucket.keys()
    } catch (cause) {
      const message = `Nobody can tell who holds the lock ${key}: ${messageOf(cause)}`
      throw new CollectorError('log_unavailable', message, { cause })
    }
  }

  function keepLease(firstRevision: number, takenAtMs: number) {
    let revision = firstRevision
    let renewedAtMs = takenAtMs
    let renewing = Promise.resolve()
    let isEnded = false
    let cancel = setTimer(renew, leaseMs / 3)
    return {
      check(): void {
        if (now() - renewedAtMs >= leaseMs) throw new CollectorError('log_unavailable', `The lock ${key} was lost`)
      },
      async end(): Promise<void> {
        isEnded = true
        cancel()
        await renewing
        // Where that fails it ends by itself.
        await bucket.delete(key, revision).catch(() => {})
      },
    }

    function renew(): void {
      const atMs = now()
      renewing = bucket.update(key, owner, revision).then(
        (next) => {
          revision = next
          renewedAtMs = atMs
        },
        () => {},
      )
      void renewing.then(() => {
        if (!isEnded) cancel = setTimer(renew, leaseMs / 3)
      })
    }
  }
}
