/** Picks how an answer of one's own is drawn. */
import type { QueryResult, QuestionChart } from '@downlink/collector'
import type { ReactElement } from 'react'
import { isNumeric, scaleOf } from '../charts/chart-points.ts'
import { Field } from '../parts/field.tsx'
import { Segmented } from '../parts/segmented.tsx'

interface ChartChoiceProps {
  readonly chart: QuestionChart
  readonly columns: QueryResult['columns']
  readonly onChange: (chart: QuestionChart) => void
}

const kinds = [
  { value: 'table', text: 'Table' },
  { value: 'line', text: 'Line' },
  { value: 'bar', text: 'Bars' },
  { value: 'scatter', text: 'Scatter' },
  { value: 'heat', text: 'Heat map' },
] as const

export function ChartChoice({ chart, columns, onChange }: ChartChoiceProps): ReactElement {
  const names = columns.map(({ name }) => name)
  const numbers = columns.filter(({ type }) => isNumeric(type)).map(({ name }) => name)
  return (
    <div className="bar chart-choice">
      <Segmented
        label="Show as"
        value={chart.kind}
        options={kinds}
        onChange={(kind) => onChange(guessChart(kind, columns))}
      />
      {chart.kind !== 'table' && (
        <Pick label="Across" value={chart.x} names={names} onPick={(x) => onChange({ ...chart, x })} />
      )}
      {(chart.kind === 'line' || chart.kind === 'bar' || chart.kind === 'scatter') && (
        <>
          <Pick
            label="Up"
            value={chart.y[0] ?? ''}
            names={numbers}
            onPick={(y) => onChange({ ...chart, y: [y], compared: undefined })}
          />
          <Pick
            label="A series for each"
            value={chart.by ?? ''}
            names={['', ...names]}
            onPick={(by) => {
              const { by: _, ...rest } = chart
              onChange(by === '' ? rest : { ...rest, by })
            }}
          />
        </>
      )}
      {chart.kind === 'heat' && (
        <>
          <Pick label="Down" value={chart.y} names={numbers} onPick={(y) => onChange({ ...chart, y })} />
          <Pick
            label="Colour"
            value={chart.value}
            names={numbers}
            onPick={(value) => onChange({ ...chart, value, compared: undefined })}
          />
        </>
      )}
    </div>
  )
}

interface PickProps {
  readonly label: string
  readonly value: string
  readonly names: readonly string[]
  readonly onPick: (name: string) => void
}

const Pick = ({ label, value, names, onPick }: PickProps): ReactElement => (
  <Field label={label}>
    <select value={value} onChange={({ target }) => onPick(target.value)}>
      {[...new Set(names)].map((name) => (
        <option key={name} value={name}>
          {name === '' ? '(none)' : name}
        </option>
      ))}
    </select>
  </Field>
)

/** The columns that most answers mean: what goes across comes first, the numbers after it, and names tell series apart. */
export function guessChart(kind: QuestionChart['kind'], columns: QueryResult['columns']): QuestionChart {
  const numbers = columns.filter(({ type }) => isNumeric(type)).map(({ name }) => name)
  if (kind === 'table') return { kind }
  if (kind === 'heat') {
    const [x = '', y = x, value = y] = numbers
    return { kind, x, y, value }
  }
  const x = (columns.find(({ type }) => scaleOf(type) === 'time') ?? columns[0])?.name ?? ''
  const y = numbers.find((name) => name !== x) ?? x
  const by = columns.find(({ name, type }) => name !== x && scaleOf(type) === 'name')?.name
  return { kind, x, y: [y], ...(by !== undefined && { by }) }
}
