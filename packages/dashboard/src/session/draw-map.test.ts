import { expect, it } from 'vitest'
import { projectionOf } from './draw-map.ts'
import { NumberColumns } from './number-columns.ts'

function places(...points: readonly (readonly [x: number, y: number])[]): NumberColumns {
  const numbers = new NumberColumns(2)
  for (const [at, point] of points.entries()) numbers.append(at, point)
  return numbers
}

it('fits all points, both axes to one scale', () => {
  const at = projectionOf(places([-100, 0], [300, 100]), 420, 420, 10)
  expect([at.x(0), at.x(1)]).toEqual([10, 410])
  expect([at.y(0), at.y(1)]).toEqual([160, 260])
})

it('puts a single point, or many in one place, in the middle', () => {
  const at = projectionOf(places([5, 7], [5, 7]), 200, 100, 10)
  expect([at.x(1), at.y(1)]).toEqual([100, 50])
})
