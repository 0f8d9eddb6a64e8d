import { expect, it } from 'vitest'
import { createRecentDurations } from './recent-durations.ts'

it('tells the median and the 99th percentile of the last ten seconds', () => {
  let nowMs = 0
  const durations = createRecentDurations(() => nowMs)
  expect(durations.quantiles()).toEqual({ medianMs: null, p99Ms: null })
  durations.add(1000)
  nowMs = 5000
  for (let ms = 100; ms >= 1; ms--) durations.add(ms)
  expect(durations.quantiles()).toEqual({ medianMs: 51, p99Ms: 100 })
  nowMs = 10_001
  expect(durations.quantiles()).toEqual({ medianMs: 50, p99Ms: 99 })
  nowMs = 15_001
  expect(durations.quantiles()).toEqual({ medianMs: null, p99Ms: null })
})

it('keeps the newest of more than it has room for', () => {
  const durations = createRecentDurations(() => 0)
  for (let ms = 1; ms <= 5000; ms++) durations.add(ms)
  expect(durations.quantiles()).toEqual({ medianMs: 4488, p99Ms: 4990 })
})
