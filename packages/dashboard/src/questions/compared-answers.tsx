/** Shows two answers of one question: laid over each other or side by side, and what differs. */
import type { QueryResult, Question } from '@downlink/collector'
import { type ReactElement, useMemo } from 'react'
import { NotDrawn, PointsPlot } from '../charts/answer-chart.tsx'
import { readPoints, readSquares } from '../charts/chart-points.ts'
import { type Difference, differences, overlay, squareDifferences } from '../charts/compare-points.ts'
import { extentOf, HeatMap, maxOf } from '../charts/heat-map.tsx'
import { ResultTable } from '../charts/result-table.tsx'
import { secondsOf } from './bind-question.ts'
import type { Asking } from './question-address.ts'

interface ComparedProps {
  readonly question: Question
  readonly first: QueryResult
  readonly second: QueryResult
  readonly asking: Asking
}

export function ComparedAnswers(props: ComparedProps): ReactElement {
  const { question, first, second } = props
  if (question.chart.kind === 'table')
    return (
      <div className="side-by-side">
        <ResultTable result={first} />
        <ResultTable result={second} />
      </div>
    )
  return question.chart.kind === 'heat' ? <ComparedMaps {...props} /> : <ComparedPoints {...props} />
}

function ComparedPoints({ question: { chart, title }, first, second, asking }: ComparedProps): ReactElement {
  const compared = useMemo(() => {
    if (chart.kind === 'table' || chart.kind === 'heat') return undefined
    const [a, b] = [readPoints(first, chart), readPoints(second, chart)]
    if ('fault' in a) return a
    if ('fault' in b) return b
    const shiftMs = shiftOf(asking)
    return { both: overlay(a, b, ['A', 'B'], shiftMs), rows: tableOf(differences(a, b, shiftMs), a.scale === 'time') }
  }, [chart, first, second, asking])
  if (compared === undefined || chart.kind === 'table' || chart.kind === 'heat') return <NotDrawn fault="" />
  if ('fault' in compared) return <NotDrawn fault={compared.fault} />
  return (
    <>
      <PointsPlot points={compared.both} kind={chart.kind} title={title} />
      <ResultTable result={compared.rows} />
    </>
  )
}

function ComparedMaps({ question: { chart, title }, first, second }: ComparedProps): ReactElement {
  const maps = useMemo(() => {
    if (chart.kind !== 'heat') return undefined
    const [a, b] = [readSquares(first, chart), readSquares(second, chart)]
    return 'fault' in a || 'fault' in b
      ? undefined
      : {
          a,
          b,
          difference: squareDifferences(a, b),
          // One place is at one place in all of them.
          extent: extentOf({ ...a, squares: [...a.squares, ...b.squares] }),
        }
  }, [chart, first, second])
  if (!maps) return <NotDrawn fault="The answers have no squares." />
  const { a, b, difference, extent } = maps
  const max = Math.max(maxOf(a), maxOf(b))
  return (
    <>
      <div className="side-by-side">
        <section aria-label="A">
          <h3>A</h3>
          <HeatMap map={a} label={`${title} A: ${a.squares.length} squares.`} max={max} extent={extent} />
        </section>
        <section aria-label="B">
          <h3>B</h3>
          <HeatMap map={b} label={`${title} B: ${b.squares.length} squares.`} max={max} extent={extent} />
        </section>
      </div>
      <h3>B less A: more is red, less is blue</h3>
      {difference ? (
        <HeatMap map={difference} label={`${title} The difference.`} extent={extent} />
      ) : (
        <NotDrawn fault="Their squares are of different sizes: pick the edge of a square above." />
      )}
    </>
  )
}

/** Two spans are laid over each other from their beginnings, where both have one. */
function shiftOf({ narrowing, against }: Asking): number {
  const [from, other] = [startOf(narrowing.from), startOf(against?.from)]
  return from === undefined || other === undefined ? 0 : from - other
}

function startOf(time: string | undefined): number | undefined {
  if (time === undefined) return undefined
  const ago = time.startsWith('-') ? secondsOf(time.slice(1)) : undefined
  // Both are so long before the same now.
  if (ago !== undefined) return -ago * 1000
  const at = Date.parse(time)
  return Number.isNaN(at) ? undefined : at
}

function tableOf(rows: readonly Difference[], isTime: boolean): QueryResult {
  const columns = [
    { name: 'at', type: 'VARCHAR' },
    { name: 'series', type: 'VARCHAR' },
    ...['A', 'B', 'B − A', '%'].map((name) => ({ name, type: 'DOUBLE' })),
  ]
  return {
    columns,
    rows: rows.map(({ x, series, a, b }) => {
      const at = isTime && typeof x === 'number' ? new Date(x).toISOString() : x
      const difference = a === undefined || b === undefined ? null : rounded(b - a)
      const percent = difference === null || !a ? null : rounded((100 * difference) / Math.abs(a))
      return [at, series, a ?? null, b ?? null, difference, percent]
    }),
    truncated: false,
  }
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000
