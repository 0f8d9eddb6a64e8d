import { expect, it } from 'vitest'
import { axisTicks, fitted, formatOffset, lengthOf, panned, revealing, spanOf, zoomed } from './viewport.ts'

const hourMs = 3_600_000
const all = { fromMs: 1_000_000, toMs: 1_000_000 + 3 * hourMs }

it('zooms from hours to a frame and back, and no further', () => {
  let span = fitted(all)
  const aroundMs = all.fromMs + 1234
  for (let step = 0; step < 100; step++) span = zoomed(span, 0.7, aroundMs, all)
  expect(lengthOf(span)).toBe(10)
  expect(span.fromMs).toBeLessThanOrEqual(aroundMs)
  expect(span.toMs).toBeGreaterThanOrEqual(aroundMs)
  for (let step = 0; step < 200; step++) span = zoomed(span, 1.5, aroundMs, all)
  expect(span).toEqual(fitted(all))
})

it('keeps what is below the pointer where it is', () => {
  const span = { fromMs: all.fromMs + 1000, toMs: all.fromMs + 2000 }
  const next = zoomed(span, 0.5, all.fromMs + 1250, all)
  expect(next).toEqual({ fromMs: all.fromMs + 1125, toMs: all.fromMs + 1625 })
})

it('pans to the ends, and not beyond', () => {
  const span = { fromMs: all.fromMs + 1000, toMs: all.fromMs + 2000 }
  expect(panned(span, 500, all)).toEqual({ fromMs: all.fromMs + 1500, toMs: all.fromMs + 2500 })
  expect(panned(span, -1e12, all).fromMs).toBe(fitted(all).fromMs)
  expect(panned(span, 1e12, all).toMs).toBe(fitted(all).toMs)
  expect(lengthOf(panned(span, 1e12, all))).toBe(1000)
})

it('moves for an event that is out of sight, and for no other', () => {
  const span = { fromMs: all.fromMs + 1000, toMs: all.fromMs + 2000 }
  expect(revealing(span, span.toMs, all)).toBe(span)
  expect(revealing(span, all.fromMs + 5000, all)).toEqual({ fromMs: all.fromMs + 4500, toMs: all.fromMs + 5500 })
})

it('has room around a session of a single moment', () => {
  expect(fitted({ fromMs: 5, toMs: 5 })).toEqual({ fromMs: 0, toMs: 10 })
})

it.each([
  ['1000', '2000', { fromMs: 1000, toMs: 2000 }],
  ['2000', '1000', undefined],
  ['1000', undefined, undefined],
  ['', '5', undefined],
  ['x', '2000', undefined],
  ['1000', 'Infinity', undefined],
  ['1000', '1001', undefined],
])('reads from=%s to=%s of an address', (from, to, span) => {
  expect(spanOf(from, to)).toEqual(span)
})

it('marks round times, as many as have room', () => {
  const texts = (fromMs: number, toMs: number) => axisTicks({ fromMs, toMs }, 1000, 5).map(({ text }) => text)
  expect(texts(1000, 6000)).toEqual(['0:00', '0:01', '0:02', '0:03', '0:04', '0:05'])
  expect(texts(1003, 1048)).toEqual(['0:00.010', '0:00.020', '0:00.030', '0:00.040'])
  expect(texts(1000, 1000 + 4 * hourMs)).toEqual(['0:00', '1:00:00', '2:00:00', '3:00:00', '4:00:00'])
  expect(texts(1000, 1000 + 3 * 24 * hourMs)).toEqual(['0:00', '1 d', '2 d', '3 d'])
  expect(texts(1000, 1000 + 87_600 * hourMs)).toEqual(['0:00', '1,000 d', '2,000 d', '3,000 d'])
  expect(axisTicks({ fromMs: 0, toMs: 1e15 }, 0, 5).length).toBeLessThanOrEqual(6)
})

it.each([
  [0, '0:00.000'],
  [83_450, '1:23.450'],
  [hourMs + 61_001, '1:01:01.001'],
  [-1500, '−0:01.500'],
  [24 * hourMs, '1 d 0:00:00.000'],
  [87_600 * hourMs + 61_001, '3,650 d 0:01:01.001'],
  [-25 * hourMs, '−1 d 1:00:00.000'],
])('%d ms after the start is %s', (offsetMs, text) => {
  expect(formatOffset(offsetMs)).toBe(text)
})
