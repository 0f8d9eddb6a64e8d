/** Shows two answers of one question: laid over each other or side by side, and what differs. */
import type { QueryResult, Question } from '@downlink/collector'
import { type ReactElement, useMemo } from 'react'
import { NotDrawn, PointsPlot } from '../charts/answer-chart.tsx'
import { type AxisChart, type Points, readPoints, readSquares } from '../charts/chart-points.ts'
import { type Difference, differences, haveEqualSteps, overlay, squareDifferences } from '../charts/compare-points.ts'
import { extentOf, HeatMap, maxOf } from '../charts/heat-map.tsx'
import { ResultTable } from '../charts/result-table.tsx'
import { fitAnswers, leftToQuestion } from './compared-chart.ts'
import { agoMs, utcMs } from './narrow-sql.ts'
import type { Asking } from './question-address.ts'

interface ComparedProps {
  readonly question: Question
  readonly first: QueryResult
  readonly second: QueryResult
  readonly asking: Asking
}

export function ComparedAnswers(props: ComparedProps): ReactElement {
  const { question } = props
  if (question.chart.kind === 'table') return <BothTables {...props} />
  return question.chart.kind === 'heat' ? <ComparedMaps {...props} /> : <ComparedPoints {...props} />
}

const BothTables = ({ first, second }: Pick<ComparedProps, 'first' | 'second'>): ReactElement => (
  <div className="side-by-side">
    {Object.entries({ A: first, B: second }).map(([name, result]) => (
      <div key={name}>
        <h3>{name}</h3>
        <ResultTable result={result} label={`Result of ${name}`} />
      </div>
    ))}
  </div>
)

function ComparedPoints({ question, first, second, asking }: ComparedProps): ReactElement {
  const { chart, title } = question
  const compared = useMemo(() => {
    if (chart.kind === 'table' || chart.kind === 'heat') return undefined
    const fitted = fitAnswers(chart, first, second, asking)
    const [a, b] = [readPoints(fitted.first, fitted.chart), readPoints(fitted.second, fitted.chart)]
    if ('fault' in a) return a
    if ('fault' in b) return b
    const shiftMs = shiftOf(asking)
    const found = differences(a, b, shiftMs)
    return {
      kind: chart.kind,
      both: overlay(a, b, ['A', 'B'], shiftMs),
      rows: tableOf(found, a.scale === 'time'),
      why: whyIncomparable(chart.kind, a, b, found, leftToQuestion(question, asking)),
    }
  }, [chart, question, first, second, asking])
  if (compared === undefined) return <NotDrawn fault="" />
  if ('fault' in compared) return <NotDrawn fault={compared.fault} />
  return (
    <>
      <PointsPlot points={compared.both} kind={compared.kind} title={title} />
      {compared.why === undefined ? (
        <ResultTable result={compared.rows} />
      ) : (
        <>
          <p className="quiet">{compared.why}</p>
          <BothTables first={first} second={second} />
        </>
      )}
    </>
  )
}

/** Undefined where one can be taken from the other. @param left what of the question is left to it to choose */
function whyIncomparable(
  kind: AxisChart['kind'],
  a: Points,
  b: Points,
  found: readonly Difference[],
  left: readonly string[],
): string | undefined {
  if (kind === 'scatter') return 'Each point stands for itself: there is none in the other answer to take it from.'
  const areApart = found.every((one) => one.a === undefined || one.b === undefined)
  if (areApart && a.scale === 'time')
    return 'No differences, for A and B are of different times. Two spans are laid over each other from their beginnings.'
  if (left.length > 0 && !haveEqualSteps(a, b))
    return `No differences, for the places of A and of B are not as far from each other. Pick above: ${left.join(', ')}.`
  if (areApart) return 'No differences, for A and B have no place in common.'
  return undefined
}

function ComparedMaps({ question, first, second, asking }: ComparedProps): ReactElement {
  const { chart, title } = question
  const left = leftToQuestion(question, asking)
  const maps = useMemo(() => {
    if (chart.kind !== 'heat') return undefined
    const value = chart.compared ?? chart.value
    const [a, b] = [first, second].map((answer) => readSquares(answer, { ...chart, value }))
    return a === undefined || b === undefined || 'fault' in a || 'fault' in b
      ? undefined
      : {
          ...{ a, b, value },
          difference: squareDifferences(a, b),
          // One place is at one place in all of them.
          extent: extentOf({ ...a, squares: [...a.squares, ...b.squares] }),
        }
  }, [chart, first, second])
  if (!maps) return <NotDrawn fault="The answers have no squares." />
  const { a, b, value, difference, extent } = maps
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
      <h3>{value}, B less A: more is red, less is blue</h3>
      {difference ? (
        <HeatMap map={difference} label={`${title} The difference.`} extent={extent} />
      ) : (
        <NotDrawn fault={`Their squares are of different sizes. Pick above: ${left.join(', ')}.`} />
      )}
    </>
  )
}

/** Two spans are laid over each other from their beginnings, where both have one. */
function shiftOf({ narrowing, against }: Asking): number {
  const nowMs = Date.now()
  const [from, other] = [narrowing.from, against?.from].map((time) => time && startOf(time, nowMs))
  return typeof from === 'number' && typeof other === 'number' ? from - other : 0
}

function startOf(time: string, nowMs: number): number | undefined {
  const ago = agoMs(time)
  return ago === undefined ? utcMs(time) : nowMs - ago
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
