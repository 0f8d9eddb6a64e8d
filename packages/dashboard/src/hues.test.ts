import { expect, it } from 'vitest'
import { hueClass, hueOf, huesOf } from './hues.ts'

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
