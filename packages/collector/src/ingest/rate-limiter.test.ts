import { expect, it } from 'vitest'
import { createAddressRateLimiter } from './rate-limiter.ts'

function someBuckets(perSecond: number) {
  let nowMs = 0
  const buckets = createAddressRateLimiter(perSecond, () => nowMs)
  return {
    take: (amount: number, address = 'a') => buckets.take(address, amount),
    wait: (ms: number) => {
      nowMs += ms
    },
  }
}

it("takes a second's worth at once, and then tells when there is more", () => {
  const { take, wait } = someBuckets(5)
  expect([take(1), take(1), take(1), take(1), take(1), take(1)]).toEqual([0, 0, 0, 0, 0, 1])
  wait(200)
  expect([take(1), take(1)]).toEqual([0, 1])
})

it('takes one that is larger than the bucket, and has its sender wait for it', () => {
  const { take, wait } = someBuckets(100)
  expect([take(350), take(1)]).toEqual([0, 3])
  wait(2500)
  expect(take(1)).toBe(1)
  wait(10)
  expect(take(1)).toBe(0)
})

it('takes nothing of who asks too often, so that asking does not lengthen the wait', () => {
  const { take, wait } = someBuckets(10)
  for (let asked = 0; asked < 1000; asked++) take(1)
  wait(1000)
  expect(Array.from({ length: 10 }, () => take(1))).toEqual(Array(10).fill(0))
})

it('keeps addresses apart', () => {
  const { take } = someBuckets(1)
  expect([take(1, 'a'), take(1, 'a'), take(1, 'b')]).toEqual([0, 1, 0])
})
