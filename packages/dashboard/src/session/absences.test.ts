import { expect, it } from 'vitest'
import { gapsOf, reasonsOfGaps, timesOfGap } from './absences.ts'
import { aLedger, aTimeline } from './test-doubles.ts'

const anEvent = (seq: number) => ({ seq, type: 'a', at: seq * 10 })
const aRejection = (seq: number) => ({ seq, code: 'bad_text', message: 'Expected text' })

it('finds what is missing before, between and behind the events', () => {
  const columns = aTimeline([3, 4, 8].map(anEvent))
  expect(gapsOf(columns, [], 10)).toEqual([
    { fromSeq: 1, toSeq: 2, place: 0 },
    { fromSeq: 5, toSeq: 7, place: 2 },
    { fromSeq: 9, toSeq: 10, place: 3 },
  ])
  expect(gapsOf(aTimeline([1, 2].map(anEvent)), [], 2)).toEqual([])
})

it('takes out what was rejected, wherever it stands in a gap', () => {
  const columns = aTimeline([1, 8].map(anEvent))
  expect(gapsOf(columns, [2, 5, 7].map(aRejection), 9)).toEqual([
    { fromSeq: 3, toSeq: 4, place: 1 },
    { fromSeq: 6, toSeq: 6, place: 1 },
    { fromSeq: 9, toSeq: 9, place: 2 },
  ])
  expect(gapsOf(columns, [2, 3, 4, 5, 6, 7, 9].map(aRejection), 9)).toEqual([])
})

it('is a gap of everything where nothing is stored', () => {
  expect(gapsOf(aTimeline(), [aRejection(2)], 3)).toEqual([
    { fromSeq: 1, toSeq: 1, place: 0 },
    { fromSeq: 3, toSeq: 3, place: 0 },
  ])
})

it('says nothing of a session that pushes on while it is read', () => {
  expect(gapsOf(aTimeline([1, 2, 3].map(anEvent)), [], 2)).toEqual([])
})

it('stands between the times of its neighbours', () => {
  const columns = aTimeline([3, 4, 8].map(anEvent))
  const times = gapsOf(columns, [], 10).map((gap) => timesOfGap(gap.place, columns, columns.times.corrected))
  expect(times).toEqual([
    [30, 30],
    [40, 80],
    [80, 80],
  ])
})

it.each([
  [{}, 'not in the database'],
  [{ dropped: { overflow: 3, cleared: 1 } }, 'dropped by the client (overflow 3, cleared 1)'],
  [{ missing: 4, dropped: { overflow: 3 } }, 'dropped by the client (overflow 3), or missing (4)'],
  [{ outstanding: 2 }, 'on their way (2)'],
  [{ expired: 40, dropped: { overflow: 3 } }, 'expired (40), or dropped by the client (overflow 3)'],
  [{ forgotten: 99 }, 'forgotten on request (99)'],
  [{ rejected: { bad_text: 101 } }, 'rejected, of which a hundred a batch are kept'],
])('%j is %s', (over, text) => {
  expect(reasonsOfGaps(aLedger(over))).toBe(text)
})
