import { expect, it } from 'vitest'
import { createRandom } from './random.ts'

const take = (seed: number, count: number): number[] => {
  const { nextInt } = createRandom(seed)
  return Array.from({ length: count }, nextInt)
}

it('repeats itself for the same seed', () => {
  expect(take(7, 100)).toEqual(take(7, 100))
})

it('parts ways at once for seeds that differ in a bit', () => {
  expect(take(7, 1)).not.toEqual(take(6, 1))
  expect(take(0, 1)).not.toEqual(take(0x80000000, 1))
})

it('gives whole 32-bit numbers, and fractions within their bounds', () => {
  const { nextInt, next, between } = createRandom(1)
  for (let i = 0; i < 10_000; i++) {
    const whole = nextInt()
    expect(whole >>> 0).toBe(whole)
    const fraction = next()
    expect(fraction >= 0 && fraction < 1).toBe(true)
    const inside = between(-3, 5)
    expect(inside >= -3 && inside < 5).toBe(true)
  }
})

it('spreads evenly: no tenth of the range is off by more than a twentieth in 100,000 draws', () => {
  const { next } = createRandom(42)
  const tenths = new Array<number>(10).fill(0)
  for (let i = 0; i < 100_000; i++) {
    const tenth = Math.floor(next() * 10)
    tenths[tenth] = (tenths[tenth] ?? 0) + 1
  }
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500)
})
