/** Writes into an address how an answer is drawn. */
import type { QuestionChart } from '@downlink/collector'
import type { Address } from '../router.ts'

export function chartParameters(chart: QuestionChart): Address['parameters'] {
  const { kind } = chart
  if (kind === 'table') return {}
  if (kind === 'heat') return { chart: kind, x: chart.x, y: chart.y, value: chart.value, compared: chart.compared }
  return { chart: kind, x: chart.x, y: chart.y.join(','), by: chart.by, compared: chart.compared?.join(',') }
}

/** A table, where the address says nothing that can be drawn. */
export function readChartParameters(parameters: Address['parameters']): QuestionChart {
  const { chart: kind, x, y, by, value, compared } = parameters
  if (x === undefined || y === undefined) return { kind: 'table' }
  if (kind === 'heat' && value !== undefined) return { kind, x, y, value, ...(compared && { compared }) }
  if (kind !== 'line' && kind !== 'bar' && kind !== 'scatter') return { kind: 'table' }
  const shares = compared && kind !== 'scatter' && { compared: compared.split(',') }
  return { kind, x, y: y.split(','), ...(by !== undefined && { by }), ...shares }
}
