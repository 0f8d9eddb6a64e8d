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
  const [others = -1, ...known] = distinctHues(hues, ['(others)', 'a', 'b'])
  expect([known, [0, 1].includes(others)]).toEqual([[0, 1], false])
  // The ninth type has the colour of the first.
  const [first, ninth = -1, third] = distinctHues(hues, ['a', 'i', 'c'])
  expect([first, third, [0, 2].includes(ninth)]).toEqual([0, 2, false])
})

it('gives what is no type the same colour in whatever order it comes, and however many there are', () => {
  const errors = Array.from({ length: 8 }, (_, at) => `Error ${at}`)
  const coloured = (names: readonly string[]) =>
    Object.fromEntries(distinctHues(new Map(), names).map((hue, at) => [names[at], hue]))
  expect(coloured(errors.toReversed())).toEqual(coloured(errors))
  expect(new Set(Object.values(coloured(errors))).size).toBe(8)
  // One alone has its own.
  const alone = errors.map((error) => distinctHues(new Map(), [error])[0])
  expect(new Set(alone).size).toBeGreaterThan(3)
  expect(distinctHues(new Map(), [...errors, 'one more']).every((hue) => hue >= 0 && hue < 8)).toBe(true)
})
