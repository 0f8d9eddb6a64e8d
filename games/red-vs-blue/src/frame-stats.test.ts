import { expect, it } from 'vitest'
import { createFrameMeter } from './frame-stats.ts'

it('sums up a second, and begins the next', () => {
  const meter = createFrameMeter()
  for (let round = 0; round < 2; round++) {
    for (let frame = 1; frame <= 99; frame++) expect(meter.add(5)).toBeUndefined()
    expect(meter.add(505)).toEqual({ fps: 100, p50Ms: 5, p95Ms: 5, p99Ms: 5, worstMs: 505 })
  }
})

it('counts the slow share into the right percentile', () => {
  const meter = createFrameMeter()
  for (let frame = 0; frame < 47; frame++) meter.add(10)
  meter.add(100)
  meter.add(150)
  expect(meter.add(280)).toMatchObject({ p50Ms: 10, p95Ms: 100, p99Ms: 280, worstMs: 280 })
})

it('forgets what it was told to', () => {
  const meter = createFrameMeter()
  meter.add(900)
  meter.clear()
  expect(meter.add(200)).toBeUndefined()
})
