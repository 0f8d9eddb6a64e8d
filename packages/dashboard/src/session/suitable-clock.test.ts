import { expect, it } from 'vitest'
import { suitableClock } from './suitable-clock.ts'
import { aTimeline } from './test-doubles.ts'

const hourMs = 3_600_000
const yearMs = 8760 * hourMs
const session = (...times: readonly (readonly [at: number, receivedAt: number])[]) =>
  aTimeline(times.map(([at, receivedAt], index) => ({ seq: index + 1, type: 'a', at, receivedAt })))

it.each([
  ['nothing', session(), 'corrected'],
  ['an hour of play', session([0, 500], [hourMs, hourMs + 500]), 'corrected'],
  ['an evening offline, sent at once', session([0, 30 * hourMs], [5 * hourMs, 30 * hourMs + 9]), 'corrected'],
  ['a clock that is years behind', session([0, 10 * yearMs], [hourMs, 10 * yearMs + hourMs]), 'corrected'],
  ['a clock that jumps by years', session([0, 500], [10 * yearMs, 9000], [10 * yearMs + 9, 9009]), 'received'],
  ['one that is set back', session([10 * yearMs, 10 * yearMs], [0, 10 * yearMs + 9]), 'received'],
])('of %s', (_, columns, clock) => {
  expect(suitableClock(columns)).toBe(clock)
})
