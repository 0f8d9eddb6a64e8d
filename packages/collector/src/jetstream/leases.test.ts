import { expect, it } from 'vitest'
import { createLeases } from './leases.ts'
import { aBucket } from './test-doubles.ts'

function someLeases() {
  const bucket = aBucket()
  let next = (): void => {}
  let nowMs = 0
  const taken: string[] = []
  const gone: string[] = []
  let release = (): void => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  const leases = createLeases({
    ...{ bucket, owner: 'one', partitions: ['a', 'b'], leaseMs: 3000 },
    onTaken: (partition) => void taken.push(partition),
    onGone(partition) {
      gone.push(partition)
      return released
    },
    onFailure() {},
    setTimer(run) {
      next = run
      return () => {}
    },
    now: () => nowMs,
  })
  return {
    ...{ leases, bucket, taken, gone, release },
    /** A round, a second after the one before. */
    async round() {
      nowMs += 1000
      const run = next
      next = () => {}
      run()
      for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate)
    },
  }
}

it('renews what it keeps while what it gives away is still written', async () => {
  const { leases, bucket, gone, release, round } = someLeases()
  leases.start()
  await round()
  await bucket.put('sink-other', 'other')
  await round()
  expect(gone).toEqual(['b'])
  const before = bucket.entries.get('a')?.revision ?? 0
  for (let rounds = 0; rounds < 4; rounds++) await round()
  expect(bucket.entries.get('a')?.revision).toBeGreaterThan(before)
  expect(gone).toEqual(['b'])
  release()
  await round()
  expect([...bucket.entries.keys()].sort()).toEqual(['a', 'sink-one', 'sink-other'])
  await leases.stop()
})

it('does not give away what another has taken meanwhile', async () => {
  const { leases, bucket, release, round } = someLeases()
  leases.start()
  await round()
  await bucket.put('sink-other', 'other')
  await round()
  await bucket.put('b', 'other')
  release()
  await round()
  expect(bucket.entries.get('b')?.value).toBe('other')
  await leases.stop()
})

it('takes nothing twice that it still writes, though the lease of that has ended, and another sink with it', async () => {
  const { leases, bucket, taken, gone, release, round } = someLeases()
  await bucket.put('sink-other', 'other')
  leases.start()
  await round()
  expect(taken).toEqual(['a'])
  // For longer than a lease nobody could renew any; then the bucket answers again.
  for (const ended of ['a', 'sink-other']) await bucket.delete(ended)
  await round()
  expect([taken, gone]).toEqual([['a', 'b'], []])
  for (let rounds = 0; rounds < 2; rounds++) await round()
  expect([taken, gone]).toEqual([['a', 'b'], ['a']])
  release()
  for (let rounds = 0; rounds < 2; rounds++) await round()
  expect(taken).toEqual(['a', 'b', 'a'])
  await leases.stop()
  expect(gone).toEqual(['a', 'b', 'a'])
})
