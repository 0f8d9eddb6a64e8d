import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRing } from './ring.ts'

it('is first in, first out', () => {
  const ring = createRing<string>(4)
  ring.push('a')
  ring.push('b')
  expect([ring.shift(), ring.shift(), ring.shift()]).toEqual(['a', 'b', undefined])
})

it('grows past what it was made for, and keeps the order across the seam', () => {
  const ring = createRing<number>(2)
  ring.push(0)
  ring.push(1)
  ring.shift()
  for (let n = 2; n < 20; n++) ring.push(n)
  expect(itemsOf(ring)).toEqual(Array.from({ length: 19 }, (_, n) => n + 1))
})

it('does what an array does', () => {
  const step = fc.oneof(
    fc.record({ call: fc.constantFrom('push' as const, 'unshift' as const), item: fc.nat() }),
    fc.record({ call: fc.constantFrom('shift' as const, 'pop' as const) }),
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (expected, steps) => {
      const ring = createRing<number>(expected)
      const array: number[] = []
      for (const each of steps) {
        if ('item' in each) {
          ring[each.call](each.item)
          array[each.call](each.item)
        } else {
          expect(ring[each.call]()).toBe(array[each.call]())
        }
        expect(itemsOf(ring)).toEqual(array)
        expect([ring.at(-1), ring.at(array.length)]).toEqual([undefined, undefined])
      }
    }),
  )
})

const itemsOf = (ring: ReturnType<typeof createRing<number>>): (number | undefined)[] =>
  Array.from({ length: ring.size() }, (_, index) => ring.at(index))
