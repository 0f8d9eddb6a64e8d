import { expect, it } from 'vitest'
import { countEvents, countStretches, highestByPixel, paintDensity } from './density.ts'
import { aTimeline } from './test-doubles.ts'

const span = { fromMs: 100, toMs: 200 }

it('counts events by row and pixel, those in sight alone', () => {
  const columns = aTimeline([
    { seq: 1, type: 'a', at: 99 },
    { seq: 2, type: 'a', at: 100 },
    { seq: 3, type: 'b', at: 104 },
    { seq: 4, type: 'a', at: 109.9 },
    { seq: 5, type: 'hidden', at: 150 },
    { seq: 6, type: 'a', at: 199.9 },
    { seq: 7, type: 'a', at: 200 },
  ])
  const { counts } = countEvents(columns, 'corrected', span, Int32Array.from([1, 0, -1]), 2, 10)
  expect([...counts.slice(0, 10)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  expect([...counts.slice(10)]).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 1])
})

it('counts by the clock that is asked for, though it went back', () => {
  const columns = aTimeline([
    { seq: 1, type: 'a', at: 150, sentAt: 110 },
    { seq: 2, type: 'a', at: 120, sentAt: 190 },
  ])
  const pixels = (clock: 'corrected' | 'device') => [
    ...countEvents(columns, clock, span, Int32Array.from([0]), 1, 10).counts,
  ]
  expect(pixels('corrected')).toEqual([0, 0, 1, 0, 0, 1, 0, 0, 0, 0])
  expect(pixels('device')).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 1])
})

it('covers each pixel that a stretch touches, and at least one', () => {
  const from = [0, 150, 155, 190, 300, 0]
  const to = [110, 150, 175, 900, 400, 50]
  const counts = countStretches(
    6,
    (at) => from[at] ?? 0,
    (at) => to[at] ?? 0,
    span,
    10,
  )
  expect([...counts]).toEqual([1, 1, 0, 0, 0, 2, 1, 1, 0, 1])
})

it('keeps the highest value of each pixel', () => {
  const times = [100, 105, 109, 150, 99, 200]
  const values = Float64Array.from([16, 33, 12, -4, 500, 500])
  expect([...highestByPixel(6, (at) => times[at] ?? 0, values, span, 4)]).toEqual([33, Number.NaN, -4, Number.NaN])
})

it('shows a single event beside a thousand', () => {
  const counts = Uint32Array.from([0, 1, 0, 0, 0, 1000])
  const pixels = paintDensity({ counts, width: 6, rows: 1 }, [[10, 20, 30]], 1)
  const alphas = [...pixels].filter((_, at) => at % 4 === 3)
  expect(alphas.map((alpha) => alpha > 100)).toEqual([true, true, true, false, true, true])
  expect(alphas[5]).toBe(255)
  expect(alphas[1]).toBeLessThan(alphas[5] ?? 0)
  expect([...pixels.slice(4, 7)]).toEqual([10, 20, 30])
})
