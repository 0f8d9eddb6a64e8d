import { expect, it } from 'vitest'
import { formatTick } from './format-tick.ts'

const at = (text: string) => Date.parse(text)

it.each([
  ['2026-01-05T10:30:00Z', 600_000, '10:30'],
  ['2026-01-05T00:00:00Z', 3_600_000, '01-05'],
  ['2026-01-05T00:00:00Z', 86_400_000, '2026-01-05'],
  ['2026-01-05T10:30:05Z', 5000, '10:30:05'],
  ['2026-01-05T10:30:05.250Z', 250, '30:05.250'],
])('%s, %i ms from the next, is %s', (time, step, text) => {
  expect(formatTick(at(time), step)).toBe(text)
})
