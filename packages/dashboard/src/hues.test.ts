import { expect, it } from 'vitest'
import { distinctHues, hueClass, hueOf, huesOf } from './hues.ts'

it('gives the first eight types eight colours, in whatever order they came', () => {
  const types = ['b', 'a', 'c', 'd', 'e', 'f', 'g', 'h']
  const hues = huesOf(types)
  expect(new Set(hues.values()).size).toBe(8)
  expect(hueOf(hues, 'a')).toBe(0)
  expect([...huesOf(types.toReversed())]).toEqual([...hues])
  expect(hueClass(huesOf([...types, 'i']), 'i')).toBe('hue-0')
})

it('has a colour for a type of which the collector has not told yet', () => {
  expect(hueClass(huesOf([]), 'new')).toBe('hue-0')
})

it('gives the series of one chart colours of their own, those of their types first', () => {
  const hues = huesOf(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'])
  expect(distinctHues(hues, ['(others)', 'a', 'b'])).toEqual([2, 0, 1])
  // The ninth type has the colour of the first.
  expect(distinctHues(hues, ['a', 'i', 'c'])).toEqual([0, 1, 2])
  expect(distinctHues(new Map(), ['A', 'B'])).toEqual([0, 1])
})
