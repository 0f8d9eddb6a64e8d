/** Writes into an address how an answer is drawn. */
import type { QuestionChart } from '@downlink/collector'
import type { Address } from '../router.ts'

export function chartParameters(chart: QuestionChart): Address['parameters'] {
  if (chart.kind === 'table') return {}
  if (chart.kind === 'heat') return { chart: chart.kind, x: chart.x, y: chart.y, value: chart.value }
  return { chart: chart.kind, x: chart.x, y: chart.y.join(','), by: chart.by }
}

/** A table, where the address says nothing that can be drawn. */
export function readChartParameters({ chart, x, y, by, value }: Address['parameters']): QuestionChart {
  if (x === undefined || y === undefined) return { kind: 'table' }
  if (chart === 'heat' && value !== undefined) return { kind: chart, x, y, value }
  if (chart !== 'line' && chart !== 'bar' && chart !== 'scatter') return { kind: 'table' }
  return { kind: chart, x, y: y.split(','), ...(by !== undefined && { by }) }
}
