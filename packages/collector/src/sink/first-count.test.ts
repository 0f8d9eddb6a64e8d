import { expect, it } from 'vitest'
import { aPosition } from '../test-doubles.ts'
import { createFirstCount } from './first-count.ts'

function aSink() {
  const followed: number[] = []
  return {
    followed,
    follow: (_end: unknown, count = 0) => void followed.push(count),
    caughtUp: async () => true,
  }
}

it('hands ends on to the sink, but for those that come while it is counted', async () => {
  const sink = aSink()
  let finish: (counts: number) => void = () => {}
  const first = createFirstCount(sink, () => new Promise<number>((resolve) => (finish = resolve)))
  first.follow(aPosition, 1)
  const counts = first.run(() => false)
  first.follow(aPosition, 2)
  first.follow(aPosition, 3)
  await new Promise(setImmediate)
  expect(sink.followed).toEqual([1])
  finish(7)
  expect(await counts).toBe(7)
  expect(sink.followed).toEqual([1, 3])
})

it('has not caught up while an end is held back, whatever the sink says of the one before', async () => {
  let finish: (counts: number) => void = () => {}
  const first = createFirstCount(aSink(), () => new Promise<number>((resolve) => (finish = resolve)))
  const counts = first.run(() => false)
  expect(await first.caughtUp(0)).toBe(true)
  first.follow(aPosition, 2)
  expect(await first.caughtUp(0)).toBe(false)
  const caughtUp = first.caughtUp(60_000)
  await new Promise(setImmediate)
  finish(7)
  await counts
  expect(await caughtUp).toBe(true)
})

it('goes on where it could not be counted', async () => {
  const sink = aSink()
  const first = createFirstCount(sink, () => Promise.reject(new Error('no memory')))
  const counts = first.run(() => false)
  first.follow(aPosition, 2)
  await expect(counts).rejects.toThrow('no memory')
  expect([sink.followed, await first.caughtUp(0)]).toEqual([[2], true])
})
