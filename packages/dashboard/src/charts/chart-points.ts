/** Reads the points of a chart off the rows of an answer. */
import type { QueryResult, QuestionChart } from '@downlink/collector'

/** What is drawn of an answer: points in series, or squares. */
export type AxisChart = Extract<QuestionChart, { readonly by?: string }>
export type HeatChart = Extract<QuestionChart, { readonly kind: 'heat' }>

export type XScale = 'time' | 'number' | 'name'

export interface Point {
  /** Milliseconds since 1970, a number, or a name. */
  readonly x: number | string
  readonly series: string
  readonly y: number
}

export interface Points {
  readonly scale: XScale
  readonly points: readonly Point[]
}

export type ChartFault = { readonly fault: string }

/** @returns what is wrong, where the answer has no such columns */
export function readPoints(result: QueryResult, chart: AxisChart): Points | ChartFault {
  const place = placesIn(result)
  const missing = [chart.x, ...chart.y, ...(chart.by === undefined ? [] : [chart.by])].find((name) => !place.has(name))
  if (missing !== undefined) return missingColumn(missing)
  const xAt = place.get(chart.x) ?? 0
  const scale = scaleOf(result.columns[xAt]?.type ?? '')
  const points: Point[] = []
  for (const row of result.rows) {
    const x = xOf(row[xAt], scale)
    if (x === undefined) continue
    const by = chart.by === undefined ? undefined : textOf(row[place.get(chart.by) ?? 0])
    for (const name of chart.y) {
      const y = numberOf(row[place.get(name) ?? 0])
      if (y === undefined) continue
      const series = by === undefined ? name : chart.y.length > 1 ? `${by}, ${name}` : by
      points.push({ x, series, y })
    }
  }
  return { scale, points }
}

export interface Square {
  readonly x: number
  readonly y: number
  readonly value: number
}

export interface Squares {
  readonly squares: readonly Square[]
  /** Of one square, in the units of its axes. */
  readonly width: number
  readonly height: number
}

export function readSquares(result: QueryResult, chart: HeatChart): Squares | ChartFault {
  const place = placesIn(result)
  const missing = [chart.x, chart.y, chart.value].find((name) => !place.has(name))
  if (missing !== undefined) return missingColumn(missing)
  const squares = result.rows.flatMap((row) => {
    const [x, y, value] = [chart.x, chart.y, chart.value].map((name) => numberOf(row[place.get(name) ?? 0]))
    return x === undefined || y === undefined || value === undefined ? [] : [{ x, y, value }]
  })
  const width = stepOf(squares.map(({ x }) => x))
  const height = stepOf(squares.map(({ y }) => y))
  // One row of squares does not say how high they are.
  return { squares, width: width ?? height ?? 1, height: height ?? width ?? 1 }
}

/** The first column of each name. */
const placesIn = ({ columns }: QueryResult): ReadonlyMap<string, number> =>
  new Map(columns.map(({ name }, at) => [name, at] as const).reverse())

const missingColumn = (name: string): ChartFault => ({ fault: `The answer has no column "${name}" to draw.` })

export function scaleOf(type: string): XScale {
  if (/^(TIMESTAMP|DATE)/.test(plainType(type))) return 'time'
  return isNumeric(type) ? 'number' : 'name'
}

export const isNumeric = (type: string): boolean => /^(?!INTERVAL)(.*INT|FLOAT|DOUBLE|DECIMAL)/.test(plainType(type))

/** @example plainType('Nullable(Float64)') === 'FLOAT64' */
const plainType = (type: string): string => type.replace(/^(?:(?:Nullable|LowCardinality)\()+/, '').toUpperCase()

function xOf(value: unknown, scale: XScale): number | string | undefined {
  if (scale === 'name') return textOf(value)
  return scale === 'number' ? numberOf(value) : finite(Date.parse(String(value)))
}

/** A number that JavaScript would round comes as text. */
function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? finite(Number(value)) : undefined
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined)

export const textOf = (value: unknown): string =>
  value === null ? 'null' : typeof value === 'object' ? JSON.stringify(value) : String(value)

/** The least distance between two of the values; undefined where there is only one. */
export function stepOf(values: readonly number[]): number | undefined {
  const sorted = [...new Set(values)].sort((a, b) => a - b)
  let step: number | undefined
  for (const [at, value] of sorted.entries()) {
    const distance = value - (sorted[at - 1] ?? Number.NaN)
    if (distance > 0 && (step === undefined || distance < step)) step = distance
  }
  return step
}
