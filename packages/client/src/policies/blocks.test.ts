import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createBlocks } from './blocks.ts'

const step = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), count: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constantFrom('remove' as const, 'at'), index: fc.nat(200) }),
)

it('does what an array does', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const blocks = createBlocks<number>(50)
      const array: number[] = []
      let next = 0
      for (const { kind, ...rest } of steps) {
        if ('count' in rest) {
          for (let at = 0; at < rest.count; at++) {
            blocks.push(next)
            array.push(next++)
          }
        } else if (kind === 'at') expect(blocks.at(rest.index)).toBe(array[rest.index])
        else if (array.length > 0) {
          const index = rest.index % array.length
          blocks.remove(index)
          array.splice(index, 1)
        }
        expect([blocks.size, blocks.at(-1), blocks.slice(0)]).toEqual([array.length, undefined, array])
      }
      expect(array.map((_, index) => blocks.at(index))).toEqual(array)
      expect(blocks.slice(3, 4)).toEqual(array.slice(3, 7))
    }),
  )
})
