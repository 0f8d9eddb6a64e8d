import { expect, it } from 'vitest'
import { NumberColumns } from './number-columns.ts'

it('keeps as many as come', () => {
  const numbers = new NumberColumns(2)
  for (let place = 0; place < 1000; place++) numbers.append(place * 2, [place, -place])
  expect(numbers.length).toBe(1000)
  expect(numbers.places[999]).toBe(1998)
  expect(numbers.values.map((column) => column[999])).toEqual([999, -999])
})
