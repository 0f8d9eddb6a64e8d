import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TimeOrder } from './time-order.ts'

const timesIn = (order: TimeOrder, times: Float64Array) =>
  [...order.places.slice(0, order.length)].map((at) => times[at])

it('orders what comes, however it comes, and equal times by place', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 }), { maxLength: 6 }), (pages) => {
      const order = new TimeOrder()
      const times = Float64Array.from(pages.flat())
      let length = 0
      for (const page of pages) {
        length += page.length
        order.append(times, length)
      }
      expect(timesIn(order, times)).toEqual([...times].sort((a, b) => a - b))
      const places = [...order.places.slice(0, length)]
      for (let at = 1; at < length; at++) {
        const [before = 0, place = 0] = [places[at - 1], places[at]]
        if (times[before] === times[place]) expect(before).toBeLessThan(place)
      }
    }),
  )
})

it('finds how many events are before a time', () => {
  const times = Float64Array.from([10, 30, 20, 20])
  const order = new TimeOrder()
  order.append(times, 4)
  expect([0, 10, 11, 20, 21, 31].map((at) => order.before(times, at))).toEqual([0, 0, 1, 1, 3, 4])
})
