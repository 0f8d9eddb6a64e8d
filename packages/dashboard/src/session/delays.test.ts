import { expect, it } from 'vitest'
import { delaysOf } from './delays.ts'
import { aTimeline } from './test-doubles.ts'

const came = (...delays: readonly number[]) =>
  aTimeline(delays.map((delay, at) => ({ seq: at + 1, type: 'a', at: at * 100, receivedAt: at * 100 + delay })))

it('finds the runs of events that came late', () => {
  expect(delaysOf(came(20, 900, 60_000, 59_000, 30, 7000))).toEqual([
    { from: 2, to: 3, longestMs: 60_000 },
    { from: 5, to: 5, longestMs: 7000 },
  ])
})

it('finds none where all came at once, or nothing', () => {
  expect(delaysOf(came(0, 4000, 1000))).toEqual([])
  expect(delaysOf(came())).toEqual([])
})
