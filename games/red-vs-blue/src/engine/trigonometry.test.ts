import { expect, it } from 'vitest'
import { atan2, cos, pi, sin, wrapAngle } from './trigonometry.ts'

/** −20 … 20 in uneven steps, with the quarter turns and their neighbours. */
const angles = [
  ...Array.from({ length: 40_001 }, (_, i) => (i - 20_000) / 1000.37),
  ...Array.from({ length: 17 }, (_, i) => ((i - 8) * Math.PI) / 4),
]

it('agrees with Math.sin and Math.cos to the last bits', () => {
  const worst = Math.max(
    ...angles.map((angle) => Math.max(Math.abs(sin(angle) - Math.sin(angle)), Math.abs(cos(angle) - Math.cos(angle)))),
  )
  expect(worst).toBeLessThan(4e-16)
})

it('agrees with Math.atan2 in every direction and at every length', () => {
  const worst = Math.max(
    ...angles.map((angle) => {
      const [y, x] = [Math.sin(angle) * 3, Math.cos(angle) * 3]
      return Math.abs(atan2(y, x) - Math.atan2(y, x))
    }),
  )
  expect(worst).toBeLessThan(1e-15)
})

it.each([
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1e-300, 1e300],
])('atan2(%d, %d) is what Math.atan2 says', (y, x) => {
  expect(atan2(y, x)).toBeCloseTo(Math.atan2(y, x), 15)
})

it('wraps an angle into −π … π without moving it', () => {
  for (const angle of angles) {
    const wrapped = wrapAngle(angle)
    expect(Math.abs(wrapped)).toBeLessThanOrEqual(pi)
    expect(Math.cos(wrapped - angle)).toBeCloseTo(1, 12)
  }
})
