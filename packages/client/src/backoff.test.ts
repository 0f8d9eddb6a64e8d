import fc from 'fast-check'
import { expect, it } from 'vitest'
import { backoffDelayMs } from './backoff.ts'

const options = { backoffBaseMs: 500, backoffCapMs: 30_000 }

it('draws from nothing up to a ceiling that doubles with each attempt, up to the cap', () => {
  const drawn = [0, 1, 2, 5, 6, 40, Infinity].map((attempt) => backoffDelayMs(attempt, 1 - 2 ** -53, options))
  expect(drawn).toEqual([500, 1000, 2000, 16_000, 30_000, 30_000, 30_000])
  expect(backoffDelayMs(6, 0, options)).toBe(0)
  expect(backoffDelayMs(Infinity, 0, options)).toBe(0)
})

it('gives whole milliseconds within the range, for every draw', () => {
  const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(fc.nat({ max: 2000 }), randoms, (attempt, random) => {
      const delayMs = backoffDelayMs(attempt, random, options)
      expect(Number.isSafeInteger(delayMs)).toBe(true)
      expect(delayMs).toBeGreaterThanOrEqual(0)
      expect(delayMs).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** attempt))
    }),
  )
})
