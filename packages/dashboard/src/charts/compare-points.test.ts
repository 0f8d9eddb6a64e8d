import { expect, it } from 'vitest'
import type { Points } from './chart-points.ts'
import { differences, haveEqualSteps, overlay } from './compare-points.ts'

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
  const [monday, tuesday] = [points('time', 0, hourMs), points('time', 24 * hourMs)]
  expect(placesOf(differences(monday, tuesday, -24 * hourMs))).toEqual([
    [0, 1, 1],
    [hourMs, 2, undefined],
  ])
  expect(overlay(monday, tuesday, ['A', 'B'], -24 * hourMs).points.map(({ x, series }) => [x, series])).toEqual([
    [0, 'A · events'],
    [hourMs, 'A · events'],
    [0, 'B · events'],
  ])
  // Numbers that are no times are not moved.
  expect(placesOf(differences(points('number', 1), points('number', 1), 7))).toEqual([[1, 1, 1]])
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
