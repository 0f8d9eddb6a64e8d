import type { QueryResult } from '@downlink/collector'
import { expect, it } from 'vitest'
import { type Points, readPoints, readSquares } from './chart-points.ts'
import { alignSeries } from './chart-series.ts'
import { squareDifferences } from './compare-points.ts'

const result = (columns: Readonly<Record<string, string>>, rows: QueryResult['rows']): QueryResult => ({
  columns: Object.entries(columns).map(([name, type]) => ({ name, type })),
  rows,
  truncated: false,
})

it('reads times, numbers and names, and leaves out what is none', () => {
  const answer = result({ at: 'TIMESTAMP', n: 'HUGEINT', by: 'VARCHAR', d: 'DECIMAL(3,1)' }, [
    ['2026-01-05T10:00:00.000Z', '12345678901234567', 'a', 1.5],
    ['2026-01-05T10:00:01.000Z', null, null, 'NaN'],
    [null, 3, 'b', 2],
  ])
  expect(readPoints(answer, { kind: 'line', x: 'at', y: ['n', 'd'], by: 'by' })).toEqual({
    scale: 'time',
    points: [
      { x: Date.parse('2026-01-05T10:00:00Z'), series: 'a, n', y: 12345678901234568 },
      { x: Date.parse('2026-01-05T10:00:00Z'), series: 'a, d', y: 1.5 },
    ],
  })
  expect(readPoints(answer, { kind: 'bar', x: 'by', y: ['d'] })).toEqual({
    scale: 'name',
    points: [
      { x: 'a', series: 'd', y: 1.5 },
      { x: 'b', series: 'd', y: 2 },
    ],
  })
  expect(readPoints(answer, { kind: 'bar', x: 'by', y: ['nothing'] })).toEqual({
    fault: 'The answer has no column "nothing" to draw.',
  })
})

const points = (scale: Points['scale'], ...triples: (readonly [number | string, string, number])[]): Points => ({
  scale,
  points: triples.map(([x, series, y]) => ({ x, series, y })),
})

it('puts what is at one place into one row', () => {
  const plot = alignSeries(points('number', [2, 'a', 20], [1, 'a', 10], [1, 'b', 11]), 'line')
  expect(plot.xs).toEqual([1, 2])
  expect(plot.series).toEqual([
    { name: 'a', ys: [10, 20] },
    { name: 'b', ys: [11, null] },
  ])
})

it('says how many values it can not show, for their series has another at that place', () => {
  const plot = alignSeries(points('name', ['a', 's', 1], ['a', 's', 2], ['b', 's', 3]), 'bar')
  expect(plot.series).toEqual([{ name: 's', ys: [2, 3] }])
  expect(plot.covered).toBe(1)
})

it('keeps points of one place apart, where each stands for itself', () => {
  const plot = alignSeries(points('number', [1, 'a', 10], [1, 'a', 12], [1, 'b', 11]), 'scatter')
  expect(plot.xs).toEqual([1, 1])
  expect(plot.series.map(({ ys }) => ys)).toEqual([
    [10, 12],
    [null, 11],
  ])
})

it('sets bars of one name beside each other, in the order of the answer', () => {
  const plot = alignSeries(points('name', ['z', 's', 1], ['a', 's', 2], ['z', 't', 3], ['a', 't', 4]), 'bar')
  expect(plot.names).toEqual(['z', 'a'])
  expect(plot.xs).toEqual([-0.2, 0.2, 0.8, 1.2])
  expect(plot.series).toEqual([
    { name: 's', ys: [1, null, 2, null] },
    { name: 't', ys: [null, 3, null, 4] },
  ])
})

it('draws those series that weigh most, and says how many it leaves out', () => {
  const many = Array.from({ length: 11 }, (_, at) => [1, `s${at}`, at] as const)
  const plot = alignSeries(points('number', ...many), 'line')
  expect(plot.series.map(({ name }) => name)).toEqual(['s3', 's4', 's5', 's6', 's7', 's8', 's9', 's10'])
  expect(plot.leftOut).toBe(3)
})

it('reads how large a square is off the places of the squares', () => {
  const chart = { kind: 'heat', x: 'x', y: 'y', value: 'n' } as const
  const map = readSquares(
    result({ x: 'DOUBLE', y: 'DOUBLE', n: 'BIGINT' }, [
      [0, 0, 1],
      [32, 0, 2],
      [96, 0, 3],
      [0, null, 9],
    ]),
    chart,
  )
  expect(map).toMatchObject({ width: 32, height: 32 })
  if ('fault' in map) throw new Error(map.fault)
  expect(map.squares).toHaveLength(3)
  expect(squareDifferences(map, { ...map, squares: [{ x: 0, y: 0, value: 5 }] })?.squares).toEqual([
    { x: 0, y: 0, value: 4 },
    { x: 32, y: 0, value: -2 },
    { x: 96, y: 0, value: -3 },
  ])
  expect(squareDifferences(map, { ...map, width: 64 })).toBeUndefined()
})
