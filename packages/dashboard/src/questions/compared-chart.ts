/** Fits a question's chart to two of its answers, so that what is alike in them stands at one place. */
import type { QueryResult, Question } from '@downlink/collector'
import type { AxisChart } from '../charts/chart-points.ts'
import type { Asking } from './question-address.ts'

export interface FittedAnswers {
  readonly chart: AxisChart
  readonly first: QueryResult
  readonly second: QueryResult
}

/**
 * A column that says of each row no more than what its answer is narrowed to, the build or a label, has nothing in
 * common with that of the other answer: along the axis it is one place, and else no series.
 *
 * @example where 1.4 is compared with 1.5, the bars of a chart by build stand at "1.4 → 1.5"
 */
export function fitAnswers(chart: AxisChart, first: QueryResult, second: QueryResult, asking: Asking): FittedAnswers {
  const narrowed = differingNames(asking)
  const namesIn = (column: string) => narrowed.find(([a, b]) => hasOnly(first, column, a) && hasOnly(second, column, b))
  const { by, compared, ...axes } = chart
  const place = namesIn(chart.x)?.join(' → ')
  return {
    chart: { ...axes, y: compared ?? chart.y, ...(by !== undefined && !namesIn(by) && { by }) },
    first: place === undefined ? first : withValue(first, chart.x, place),
    second: place === undefined ? second : withValue(second, chart.x, place),
  }
}

function differingNames({ narrowing, against }: Asking): readonly (readonly [string, string])[] {
  const pairs = [
    [narrowing.build, against?.build],
    ...[...narrowing.labels].map(([label, value]) => [value, against?.labels.get(label)]),
  ]
  return pairs.flatMap(([a, b]) => (a === undefined || b === undefined || a === b ? [] : [[a, b] as const]))
}

function hasOnly({ columns, rows }: QueryResult, column: string, value: string): boolean {
  const at = columns.findIndex(({ name }) => name === column)
  return at !== -1 && rows.every((row) => row[at] === value)
}

function withValue(result: QueryResult, column: string, value: string): QueryResult {
  const at = result.columns.findIndex(({ name }) => name === column)
  return { ...result, rows: result.rows.map((row) => row.with(at, value)) }
}

/** Titles of what is left to the question to choose, by which the places of one answer may be further apart than those of the other. */
export const leftToQuestion = ({ parameters }: Question, { picks }: Asking): readonly string[] =>
  parameters.flatMap(({ name, title, kind, optional }) =>
    optional && (kind === 'number' || kind === 'span') && (picks.get(name) ?? '') === '' ? [title] : [],
  )
