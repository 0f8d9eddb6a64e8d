import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSpatialHash } from './spatial-hash.ts'

const coordinate = fc.double({ min: -50, max: 1050, noNaN: true })
const item = fc.record({ x: coordinate, y: coordinate })

it('finds exactly what a look at every item would, outside the area too', () => {
  const hash = createSpatialHash<{ x: number; y: number }>(1000, 600, 64)
  fc.assert(
    fc.property(fc.array(item), item, fc.double({ min: 0, max: 300, noNaN: true }), (items, centre, radius) => {
      hash.fill(items)
      const near = items.filter(({ x, y }) => (x - centre.x) ** 2 + (y - centre.y) ** 2 <= radius * radius)
      expect(new Set(hash.within(centre.x, centre.y, radius))).toEqual(new Set(near))
    }),
  )
})
