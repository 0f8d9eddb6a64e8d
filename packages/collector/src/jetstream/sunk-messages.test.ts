import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { JetStream } from './connect.ts'
import { createSunkMessages } from './sunk-messages.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A stream that was made at some millisecond, and can be away. */
function aStream(madeAtMs: number) {
  const purged: unknown[] = []
  const stream = { isAway: false, madeAtMs }
  const streams = {
    info: async () => ({ created: new Date(stream.madeAtMs).toISOString() }),
    async purge(_: string, options: unknown) {
      if (stream.isAway) throw new Error('away')
      purged.push(options)
    },
  }
  const manager = { streams } as unknown as JetStream['manager']
  const sunk = createSunkMessages({ jetStream: { manager }, keptMs: 1000, onFailure() {}, now: () => Date.now() })
  sunk.start()
  return { stream, sunk, purged }
}

it('removes what the store has had for a while, and tries again what it could not remove', async () => {
  const { stream, sunk, purged } = aStream(5)
  sunk.add('partition-07', 5000 + 40)
  await vi.advanceTimersByTimeAsync(900)
  expect(purged).toEqual([])
  stream.isAway = true
  await vi.advanceTimersByTimeAsync(500)
  stream.isAway = false
  await vi.advanceTimersByTimeAsync(500)
  expect(purged).toEqual([{ filter: 'downlink.07.*', seq: 41 }])
})

it('removes nothing from a stream that was made anew since', async () => {
  const { stream, sunk, purged } = aStream(5)
  sunk.add('partition-07', 5000 + 40)
  stream.madeAtMs = 6
  await vi.advanceTimersByTimeAsync(5000)
  expect(purged).toEqual([])
})
