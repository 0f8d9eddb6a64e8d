import { expect, it } from 'vitest'
import { nearestEvent } from './nearest-event.ts'
import { aTimeline } from './test-doubles.ts'

const columns = aTimeline(
  [100, 200, 205, 300].map((at, place) => ({ seq: place + 1, type: place === 1 ? 'b' : 'a', at, sentAt: at - 90 })),
)
const any = () => true
const isA = (place: number) => columns.typeAt(place) === 'a'

it.each([
  [190, 20, any, 1],
  [203, 20, any, 2],
  [203, 20, isA, 2],
  [150, 20, any, undefined],
  [0, 100, any, 0],
  [999, 1000, isA, 3],
])('at %d ms, within %d ms', (timeMs, reachMs, fits, place) => {
  expect(nearestEvent(columns, 'corrected', timeMs, reachMs, fits)).toBe(place)
})

it('knows the clock that is shown', () => {
  expect(nearestEvent(columns, 'device', 112, 20, any)).toBe(1)
})
