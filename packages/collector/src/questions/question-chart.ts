/** Reads how a question's answer is drawn. Axes are columns of the answer. */
import { LineProblem } from './line-problem.ts'

export type QuestionChart =
  | {
      readonly kind: 'line' | 'bar' | 'scatter'
      readonly x: string
      readonly y: readonly string[]
      /** Whose values are series of their own. */
      readonly by?: string
      /** In the place of `y` where two answers are compared: of counts the larger answer has more of everything. */
      readonly compared?: readonly string[] | undefined
    }
  | {
      readonly kind: 'heat'
      readonly x: string
      readonly y: string
      readonly value: string
      /** In the place of `value` where two answers are compared. */
      readonly compared?: string | undefined
    }
  | { readonly kind: 'table' }

const axesOf = {
  line: ['x', 'y', 'by', 'compared'],
  bar: ['x', 'y', 'by', 'compared'],
  scatter: ['x', 'y', 'by'],
  heat: ['x', 'y', 'value', 'compared'],
  table: [],
} as const satisfies Record<QuestionChart['kind'], readonly string[]>

/**
 * @example readChart('line x=day y=players,returned by=build')
 * @throws {LineProblem}
 */
export function readChart(text: string): QuestionChart {
  const [kind = '', ...words] = text.split(/\s+/)
  if (!isKind(kind)) throw new LineProblem(`a chart: ${Object.keys(axesOf).join(', ')}`, kind)
  const known: readonly string[] = axesOf[kind]
  const axes = new Map<string, string>()
  for (const word of words) {
    const [, axis = '', columns = ''] = /^(\w+)=(\w+(?:,\w+)*)$/.exec(word) ?? []
    if (!known.includes(axis)) throw new LineProblem(`${known.join('=column, ')}=column after \`${kind}\``, word)
    axes.set(axis, columns)
  }
  const columnOf = (axis: string): string => {
    const column = axes.get(axis)
    if (column === undefined) throw new LineProblem(`\`${axis}=column\` after \`${kind}\``, text)
    return column
  }
  if (kind === 'table') return { kind }
  const [by, compared] = [axes.get('by'), axes.get('compared')]
  if (kind === 'heat') {
    return { kind, x: columnOf('x'), y: columnOf('y'), value: columnOf('value'), ...(compared && { compared }) }
  }
  const y = columnOf('y').split(',')
  return { kind, x: columnOf('x'), y, ...(by && { by }), ...(compared && { compared: compared.split(',') }) }
}

const isKind = (kind: string): kind is QuestionChart['kind'] => Object.hasOwn(axesOf, kind)
