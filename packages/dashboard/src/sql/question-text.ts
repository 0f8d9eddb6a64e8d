/** Writes a question's file. */
import type { QuestionChart } from '@downlink/collector'
import { chartParameters } from '../charts/chart-address.ts'

export interface NewQuestion {
  readonly title: string
  readonly answers: string
  readonly chart: QuestionChart
  readonly sql: string
}

/** @example nameOf('Where do players wait?') === 'where-do-players-wait' */
export const nameOf = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replaceAll(/^-+|-+$/g, '') || 'question'

export function questionText({ title, answers, chart, sql }: NewQuestion): string {
  const header = { title, answers, chart: chartText(chart) }
  const lines = Object.entries(header).map(([key, value]) => `-- ${key}: ${value.replaceAll(/\s+/g, ' ').trim()}`)
  // A comment at the start would be read as a part of the header.
  const [, comments = '', rest = ''] = /^((?:\s|--[^\n]*(?:\n|$))*)(.*)$/s.exec(sql) ?? []
  const kept = comments.replaceAll(/--([^\n]*)/g, (_, comment: string) => `/*${comment.replaceAll('*/', '* /')} */`)
  return `${[...lines, `${kept.trim()}${kept.trim() === '' ? '' : '\n'}${rest.trim()}`].join('\n')}\n`
}

/** `bar x=build y=percent`: the address names what is drawn as a file does. */
function chartText(chart: QuestionChart): string {
  const { chart: kind = chart.kind, ...axes } = chartParameters(chart)
  return [kind, ...Object.entries(axes).flatMap(([axis, columns]) => (columns ? [`${axis}=${columns}`] : []))].join(' ')
}
