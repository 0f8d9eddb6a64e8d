import { expect, it } from 'vitest'
import { huesOf } from '../hues.ts'
import { aTimeline } from './test-doubles.ts'
import { timelineRows, typeRows } from './timeline-rows.ts'

const none = { rejected: 0, gaps: 0, delays: 0, longestDelay: '', frames: undefined }

it('has the tracks of which there is something, then a row a type', () => {
  const columns = aTimeline(['b', 'js_error', 'a', 'b'].map((type, at) => ({ seq: at + 1, type, at })))
  const rows = timelineRows(
    columns,
    {
      rejected: 2,
      gaps: 3,
      delays: 1,
      longestDelay: '4 min',
      frames: { label: 'frame_stats', note: '40 ms' },
    },
    huesOf([]),
  )
  expect(rows.map(({ kind, label, note }) => [kind, label, note])).toEqual([
    ['frames', 'frame_stats', '40 ms'],
    ['link', 'Link', 'late by up to 4 min'],
    ['errors', 'Errors', '1'],
    ['rejected', 'Rejected', '2'],
    ['gaps', 'Not stored', '3'],
    ['types', 'b', '2'],
    ['types', 'js_error', '1'],
    ['types', 'a', '1'],
  ])
  expect(timelineRows(aTimeline(), none, huesOf([])).map(({ key }) => key)).toEqual([':link'])
})

it('lets the rarer of many types share a row', () => {
  const types = Array.from({ length: typeRows + 5 }, (_, at) => `type_${at}`)
  const columns = aTimeline([...types, ...types.slice(5)].map((type, at) => ({ seq: at + 1, type, at })))
  const rows = timelineRows(columns, none, huesOf([])).filter((row) => row.kind === 'types')
  expect(rows).toHaveLength(typeRows)
  expect(rows.at(-1)).toMatchObject({ label: '6 other types', note: '7' })
  expect(new Set(rows.flatMap((row) => row.types)).size).toBe(types.length)
})

it('colours a type by its place among all types of the collector, whatever else the session has', () => {
  const columns = aTimeline(['c', 'a'].map((type, at) => ({ seq: at + 1, type, at })))
  const rows = timelineRows(columns, none, huesOf(['a', 'b', 'c'])).filter((row) => row.kind === 'types')
  expect(rows.map(({ label, hue }) => [label, hue])).toEqual([
    ['c', 2],
    ['a', 0],
  ])
})
