import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRing } from './ring.ts'

describe('the ring', () => {
  it('is first in, first out', () => {
    const ring = createRing<string>(4)
    ring.push('a')
    ring.push('b')
    ring.remove(0)
    expect([ring.size, ring.at(0), ring.at(1)]).toEqual([1, 'b', undefined])
  })

  it('does what an array does', () => {
    const step = fc.oneof(
      fc.record({ push: fc.nat() }),
      fc.record({ remove: fc.oneof(fc.constant(0), fc.nat({ max: 5 })) }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
        const ring = createRing<number>(capacity)
        const array: number[] = []
        for (const each of steps) {
          if ('push' in each && array.length < capacity) {
            ring.push(each.push)
            array.push(each.push)
          } else if ('remove' in each && each.remove < array.length) {
            ring.remove(each.remove)
            array.splice(each.remove, 1)
          }
          expect(Array.from({ length: ring.size }, (_, index) => ring.at(index))).toEqual(array)
          expect(ring.at(array.length)).toBeUndefined()
        }
      }),
    )
  })
})
