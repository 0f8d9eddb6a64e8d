import { expect, it } from 'vitest'
import { aPage, aTimeline } from './test-doubles.ts'

it('adds up what the pages tell as differences', () => {
  const columns = aTimeline(
    [
      { seq: 1, type: 'a', at: 100 },
      { seq: 2, type: 'b', at: 116 },
      { seq: 5, type: 'a', at: 116, sentAt: 90, receivedAt: 400 },
    ],
    [{ seq: 6, type: 'c', at: 130 }],
  )
  expect(columns.length).toBe(4)
  expect(columns.types).toEqual(['a', 'b', 'c'])
  expect(columns.counts).toEqual([2, 1, 1])
  expect([...columns.seq.slice(0, 4)]).toEqual([1, 2, 5, 6])
  expect([...columns.times.corrected.slice(0, 4)]).toEqual([100, 116, 116, 130])
  expect(columns.timeAt(2, 'device')).toBe(90)
  expect(columns.timeAt(2, 'received')).toBe(400)
})

it('goes on where there is no more room', () => {
  const columns = aTimeline()
  for (let page = 0; page < 5; page++) {
    columns.append(aPage(Array.from({ length: 700 }, (_, at) => ({ seq: page * 700 + at + 1, type: 'a', at }))))
  }
  expect(columns.length).toBe(3500)
  expect(columns.seqAt(3499)).toBe(3500)
  expect(columns.placeOf(3500)).toBe(3499)
})

it('finds an event by its sequence, and where it is not the one behind it', () => {
  const columns = aTimeline([2, 3, 7].map((seq) => ({ seq, type: 'a', at: seq })))
  expect([0, 2, 3, 4, 7, 8].map((seq) => columns.placeOf(seq))).toEqual([0, 0, 1, 2, 2, 3])
})

it('steps to the next that fits, and stops at the ends', () => {
  const columns = aTimeline(['a', 'b', 'b', 'a'].map((type, at) => ({ seq: at + 1, type, at })))
  const isA = (place: number) => columns.typeAt(place) === 'a'
  expect(columns.neighbour(0, 1, isA)).toBe(3)
  expect(columns.neighbour(3, -1, isA)).toBe(0)
  expect(columns.neighbour(3, 1, isA)).toBeUndefined()
  expect(columns.neighbour(0, -1, isA)).toBeUndefined()
})

it('knows the earliest and the latest, though a clock was set back', () => {
  const columns = aTimeline([50, 90, 20, 60].map((at, place) => ({ seq: place + 1, type: 'a', at })))
  expect(columns.extent('corrected')).toEqual({ fromMs: 20, toMs: 90 })
  expect(aTimeline().extent('device')).toEqual({ fromMs: 0, toMs: 0 })
})
