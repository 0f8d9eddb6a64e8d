import { expect, it } from 'vitest'
import type { Points } from './chart-points.ts'
import { differences, haveEqualSteps, overlay, squareDifferences } from './compare-points.ts'

const hourMs = 3_600_000
const points = (scale: Points['scale'], ...xs: readonly (number | string)[]): Points => ({
  scale,
  points: xs.map((x, at) => ({ x, series: 'events', y: at + 1 })),
})
const placesOf = (found: ReturnType<typeof differences>) => found.map(({ x, a, b }) => [x, a, b])

it('takes one answer from the other place by place, and keeps what only one of them has', () => {
  expect(placesOf(differences(points('name', 'a', 'b'), points('name', 'b', 'c')))).toEqual([
    ['a', 1, undefined],
    ['b', 2, 1],
    ['c', undefined, 2],
  ])
})

it('lays two spans over each other from their beginnings', () => {
  const [monday, tuesday] = [points('time', 0, hourMs), points('time', 24 * hourMs, 25 * hourMs)]
  expect(placesOf(differences(monday, tuesday, -24 * hourMs))).toEqual([
    [0, 1, 1],
    [hourMs, 2, 2],
  ])
  expect(overlay(monday, tuesday, ['A', 'B'], -24 * hourMs).points.map(({ x, series }) => [x, series])).toEqual([
    [0, 'A · events'],
    [hourMs, 'A · events'],
    [0, 'B · events'],
    [hourMs, 'B · events'],
  ])
})

it('puts a point at the nearest step where the second span begins within one', () => {
  const later = points('time', 24 * hourMs, 25 * hourMs)
  expect(placesOf(differences(points('time', 0, hourMs), later, -24.4 * hourMs))).toEqual([
    [0, 1, 1],
    [hourMs, 2, 2],
  ])
})

it('does not take minutes from quarters of one', () => {
  expect(haveEqualSteps(points('number', 0, 0.25, 0.5), points('number', 0, 1, 2))).toBe(false)
  expect(haveEqualSteps(points('number', 0, 0.1, 0.2), points('number', 0.2, 0.3))).toBe(true)
  expect(haveEqualSteps(points('number', 0, 1), points('number', 5))).toBe(true)
  expect(haveEqualSteps(points('name', 'a', 'b'), points('name', 'a'))).toBe(true)
})

it('takes squares of one size from each other, and no others', () => {
  const map = (edge: number, value: number) => ({ squares: [{ x: 0, y: 0, value }], width: edge, height: edge })
  expect(squareDifferences(map(8, 5), map(8, 2))).toEqual(map(8, -3))
  expect(squareDifferences(map(8, 5), map(16, 2))).toBeUndefined()
})
