/** Aligns the points of a chart into series, as many as can be told apart: the columns that a plot is drawn from. */
import { hueCount } from '../hues.ts'
import { type AxisChart, type Point, type Points, stepOf, type XScale } from './chart-points.ts'

export interface Plot {
  readonly kind: AxisChart['kind']
  readonly scale: XScale
  /** Where the scale is of names, each stands at its place in the list. */
  readonly names: readonly string[]
  readonly xs: readonly number[]
  readonly series: readonly { readonly name: string; readonly ys: readonly (number | null)[] }[]
  /** Series beyond those that can be told apart. */
  readonly leftOut: number
  /** Values of a series at a place where it has another. */
  readonly covered: number
}

/** More colours nobody tells apart. */
const maxSeries = hueCount
/** Of the room from one bar, or group of bars, to the next. */
const barShare = 0.8

export function alignSeries({ scale, points }: Points, kind: AxisChart['kind']): Plot {
  const names = scale === 'name' ? [...new Set(points.map(({ x }) => String(x)))] : []
  const placeOf = new Map(names.map((name, at) => [name, at]))
  const at = ({ x }: Point): number => (typeof x === 'number' ? x : (placeOf.get(x) ?? 0))
  const bySeries = new Map<string, Point[]>()
  for (const point of points) {
    const own = bySeries.get(point.series)
    if (own) own.push(point)
    else bySeries.set(point.series, [point])
  }
  const kept = [...bySeries].sort(([, a], [, b]) => weightOf(b) - weightOf(a)).slice(0, maxSeries)
  // In the order of the answer, which is not that of their weight.
  const series = [...bySeries].filter(([name]) => kept.some(([other]) => other === name))
  const step = stepOf(points.map(at)) ?? 1
  // Bars of one place stand beside each other.
  const shift = (place: number) =>
    kind === 'bar' ? ((place - (series.length - 1) / 2) * step * barShare) / series.length : 0

  const rows = series
    .flatMap(([name, own], place) => own.map((point) => ({ name, x: at(point) + shift(place), y: point.y })))
    .sort((a, b) => a.x - b.x)
  const xs: number[] = []
  const columns = new Map(series.map(([name]) => [name, [] as (number | null)[]]))
  let covered = 0
  for (const { name, x, y } of rows) {
    const column = columns.get(name)
    // Of a scatter each point stands for itself; elsewhere what is at one place shares a row.
    const isNew = xs.at(-1) !== x || (kind === 'scatter' && column?.at(-1) !== null)
    if (isNew) {
      xs.push(x)
      for (const ys of columns.values()) ys.push(null)
    } else if (column?.at(-1) !== null) covered++
    column?.splice(-1, 1, y)
  }
  return {
    kind,
    scale,
    names,
    xs,
    series: [...columns].map(([name, ys]) => ({ name, ys })),
    leftOut: bySeries.size - series.length,
    covered,
  }
}

const weightOf = (points: readonly Point[]): number => points.reduce((sum, { y }) => sum + Math.abs(y), 0)
