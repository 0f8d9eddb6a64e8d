import { expect, it, onTestFinished } from 'vitest'
import { type ClusterRetentionOptions, createClusterRetention } from './cluster-life.ts'
import { CollectorError } from './errors.ts'

const dayMs = 86_400_000

/** A sink's retention, whose own clock is the machine's. @returns up to when it would have deleted */
async function firstLook(storeMs: number, serverMs: number): Promise<number> {
  let resolve = (_ms: number): void => {}
  const looked = new Promise<number>((done) => (resolve = done))
  const absent = async (): Promise<never> => {
    throw new CollectorError('not_on_cluster', 'Not of this test')
  }
  const store: Partial<ClusterRetentionOptions['store']> = {
    readTimes: async () => ({ nowsMs: [storeMs], newestMs: undefined }),
    async planExpiry(receivedBeforeMs) {
      resolve(receivedBeforeMs)
      return []
    },
    erase: async () => ({ events: 0, rejected: 0 }),
  }
  const retention = createClusterRetention({
    store: store as ClusterRetentionOptions['store'],
    buckets: {
      ageClock: { load: async () => undefined, save: async () => {} },
      serverMs: async () => serverMs,
      expiryLock: { hold: absent },
      eraseAside: absent,
    },
    keepMs: 30 * dayMs,
    logger: { info() {}, warn() {}, error() {} } as unknown as ClusterRetentionOptions['logger'],
    onExpired() {},
  })
  onTestFinished(() => retention.stop())
  retention.start()
  return looked
}

it.each([
  ['store', [40, 1]],
  ["log's servers", [1, 40]],
] as const)('goes at its first look by the clock of the %s where its own is ahead', async (_, [store, server]) => {
  const nowMs = Date.now()
  expect(await firstLook(nowMs - store * dayMs, nowMs - server * dayMs)).toBe(nowMs - 70 * dayMs)
})
