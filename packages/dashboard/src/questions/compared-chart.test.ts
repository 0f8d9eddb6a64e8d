import type { QueryResult } from '@downlink/collector'
import { expect, it } from 'vitest'
import type { AxisChart } from '../charts/chart-points.ts'
import { fitAnswers } from './compared-chart.ts'
import type { Narrowing } from './narrow-sql.ts'

const answer = (...rows: readonly (readonly (string | number)[])[]): QueryResult => ({
  columns: ['name', 'by', 'events', 'percent'].map((name) => ({ name, type: 'VARCHAR' })),
  rows,
  truncated: false,
})
const chart: AxisChart = { kind: 'bar', x: 'name', y: ['events'] }
const fit = (of: AxisChart, first: QueryResult, second: QueryResult, a: Partial<Narrowing>, b: Partial<Narrowing>) =>
  fitAnswers(of, first, second, {
    picks: new Map(),
    narrowing: { labels: new Map(), ...a },
    against: { labels: new Map(), ...b },
  })
const [one, other] = [{ build: '1.4' }, { build: '1.5' }]

it('puts what the builds come to at one place, where each answer is of its build alone', () => {
  const fitted = fit(chart, answer(['1.4', '', 5]), answer(['1.5', '', 7]), one, other)
  expect([...fitted.first.rows, ...fitted.second.rows].map(([place]) => place)).toEqual(['1.4 → 1.5', '1.4 → 1.5'])
})

it('does so of labels, and of series, which then are none', () => {
  const gpu = (value: string) => ({ labels: new Map([['gpu', value]]) })
  const labelled = fit(chart, answer(['M1', '', 5]), answer(['Iris', '', 7]), gpu('M1'), gpu('Iris'))
  expect(labelled.first.rows[0]?.[0]).toBe('M1 → Iris')
  const series = fit({ ...chart, by: 'by' }, answer(['a', '1.4', 5]), answer(['a', '1.5', 7]), one, other)
  expect(series.chart).toEqual(chart)
  expect(series.first.rows[0]?.[0]).toBe('a')
})

it('leaves alone what only looks like it: a value beside others, one build in both, and spans', () => {
  const beside = fit(chart, answer(['1.4', '', 5], ['x', '', 1]), answer(['1.5', '', 7]), one, other)
  expect(beside.second.rows[0]?.[0]).toBe('1.5')
  const spans = fit(chart, answer(['1.4', '', 5]), answer(['1.5', '', 7]), { from: '-7d' }, { from: '-14d' })
  expect(spans.first.rows[0]?.[0]).toBe('1.4')
  const same = fit({ ...chart, by: 'by' }, answer(['a', '1.4', 5]), answer(['a', '1.4', 7]), one, one)
  expect(same.chart.by).toBe('by')
})

it('compares by the column that the question has for it', () => {
  const shares = fit({ ...chart, compared: ['percent'] }, answer(), answer(), one, other)
  expect(shares.chart).toEqual({ ...chart, y: ['percent'] })
})
