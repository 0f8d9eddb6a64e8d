import { expect, it } from 'vitest'
import { addCounters, noRates, ratesFrom, ratesNow, roundUp, seriesOf } from './rates.ts'

const all = () => true

it('begins with what was before the link', () => {
  const rates = ratesFrom({ at: 10_000, types: { a: [0, 5], b: [7, 0] } })
  expect(rates.points).toEqual([
    { fromMs: 8000, toMs: 9000, rates: new Map([['b', 7]]) },
    { fromMs: 9000, toMs: 10_000, rates: new Map([['a', 5]]) },
  ])
})

it('turns counts into rates over a second, whatever the time between them', () => {
  let rates = noRates
  const [first, second, third, fourth] = [
    { at: 1000, types: { a: 100 } },
    { at: 1500, types: { a: 150, b: 1 } },
    { at: 2000, types: { a: 150, b: 2 } },
    { at: 4000, types: { a: 150, b: 10 } },
  ].map((counts) => {
    rates = addCounters(rates, counts)
    return rates
  })
  expect([first?.points, second?.points]).toEqual([[], []])
  expect(third?.points).toEqual([
    {
      fromMs: 1000,
      toMs: 2000,
      rates: new Map([
        ['a', 50],
        ['b', 2],
      ]),
    },
  ])
  expect(fourth?.points.at(-1)).toEqual({ fromMs: 2000, toMs: 4000, rates: new Map([['b', 4]]) })
})

it('takes counts that fell, and clocks that were set back, for a new beginning', () => {
  const first = addCounters(noRates, { at: 1000, types: { a: 100 } })
  const back = { at: 900, types: { a: 200 } }
  expect(addCounters(first, back)).toEqual({ points: [], counts: [back] })
  expect(addCounters(first, { at: 2000, types: { a: 3 } }).points[0]?.rates).toEqual(new Map())
})

it('keeps a minute', () => {
  let rates = noRates
  for (let at = 0; at <= 300_000; at += 500) rates = addCounters(rates, { at, types: { a: at } })
  expect(rates.points.length).toBeLessThan(130)
  expect(ratesNow(rates).get('a')).toBeCloseTo(1000)
})

it('gives the commonest types a series each, and the others one together', () => {
  const types = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`t${at}`, [12 - at]]))
  const series = seriesOf(ratesFrom({ at: 0, types }), all)
  expect(series.map(({ type }) => type)).toEqual(['t0', 't1', 't2', 't3', 't4', 't5', 't6', undefined])
  expect(series.at(-1)?.rates).toEqual([5 + 4 + 3 + 2 + 1])
  expect(seriesOf(ratesFrom({ at: 0, types }), (type) => type === 't3')).toEqual([{ type: 't3', rates: [9] }])
  expect(seriesOf(noRates, all)).toEqual([])
})

it('rounds a scale up', () => {
  expect([0, 0.3, 1, 1.1, 3, 9, 10_000, 10_001].map(roundUp)).toEqual([1, 1, 1, 2, 5, 10, 10_000, 20_000])
})
