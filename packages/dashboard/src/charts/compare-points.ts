/** Lays two answers of one question over each other, and takes one from the other. */
import { type Point, type Points, type Square, type Squares, stepOf } from './chart-points.ts'

/**
 * @param names of the two, before the series' own
 * @param shiftMs by how much the second one's times are moved, so that two spans begin together
 */
export function overlay(a: Points, b: Points, names: readonly [string, string], shiftMs = 0): Points {
  const named = (points: readonly Point[], name: string, shift: number) =>
    points.map(({ x, series, y }) => ({
      x: typeof x === 'number' && a.scale === 'time' ? x + shift : x,
      series: `${name} · ${series}`,
      y,
    }))
  return { scale: a.scale, points: [...named(a.points, names[0], 0), ...named(b.points, names[1], shiftMs)] }
}

export interface Difference {
  readonly x: number | string
  readonly series: string
  /** Undefined where only the other has this place. */
  readonly a: number | undefined
  readonly b: number | undefined
}

/**
 * By place and series, in the order of the first answer. Points in time are at steps, which two spans that begin within
 * one do not share: each of the second stands at the nearest of the first.
 */
export function differences(a: Points, b: Points, shiftMs = 0): readonly Difference[] {
  const found = new Map<string, Difference>()
  const nearest = a.scale === 'time' ? stepsFrom(placesOf(a)) : (x: number) => x
  for (const { x, series, y } of a.points) found.set(keyOf(x, series), { x, series, a: y, b: undefined })
  for (const { x, series, y } of b.points) {
    const at = typeof x === 'number' ? nearest(a.scale === 'time' ? x + shiftMs : x) : x
    const other = found.get(keyOf(at, series))
    found.set(keyOf(at, series), { x: at, series, a: other?.a, b: y })
  }
  return [...found.values()]
}

/** Whether the places of both are as far from each other. Names are at no distance, and one place is at any. */
export function haveEqualSteps(a: Points, b: Points): boolean {
  const [one, other] = [stepOf(placesOf(a)), stepOf(placesOf(b))]
  return one === undefined || other === undefined || Math.abs(one - other) < one * rounding
}

/** Places such as 0.1 are no exact numbers. */
const rounding = 1e-6

const placesOf = ({ points }: Points): readonly number[] =>
  points.flatMap(({ x }) => (typeof x === 'number' ? [x] : []))

function stepsFrom(places: readonly number[]): (x: number) => number {
  const [first, step] = [places[0], stepOf(places)]
  return first === undefined || step === undefined ? (x) => x : (x) => first + Math.round((x - first) / step) * step
}

const keyOf = (x: number | string, series: string): string => JSON.stringify([x, series])

/** Squares of the second one less those of the first; undefined where they are not of one size. */
export function squareDifferences(a: Squares, b: Squares): Squares | undefined {
  if (a.width !== b.width || a.height !== b.height) return undefined
  const found = new Map<string, Square>()
  const add = ({ x, y, value }: Square, sign: number) => {
    const key = `${x} ${y}`
    found.set(key, { x, y, value: (found.get(key)?.value ?? 0) + sign * value })
  }
  for (const square of b.squares) add(square, 1)
  for (const square of a.squares) add(square, -1)
  return { ...a, squares: [...found.values()] }
}
