/** Shows the rows of an answer, those in sight alone. Every value is text here, whatever it says. */
import type { QueryResult } from '@downlink/collector'
import { type ReactElement, useState } from 'react'
import { isNumeric, textOf } from './chart-points.ts'

const rowPx = 24
/** Beyond what is in sight, so that scrolling shows no gap. */
const spareRows = 12

interface ResultTableProps {
  readonly result: QueryResult
  /** Where it is one of several. */
  readonly label?: string
}

export function ResultTable({ result, label = 'Result' }: ResultTableProps): ReactElement {
  const { columns, rows } = result
  const [{ top, height }, setView] = useState({ top: 0, height: 480 })
  const first = Math.max(0, Math.floor(top / rowPx) - spareRows)
  const end = Math.min(rows.length, Math.ceil((top + height) / rowPx) + spareRows)

  return (
    <section
      className="scroll result"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
      tabIndex={0}
      aria-label={label}
      onScroll={({ currentTarget }) => setView({ top: currentTarget.scrollTop, height: currentTarget.clientHeight })}
    >
      <table aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map(({ name, type }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: names may repeat, and columns never move
              <th key={at} scope="col" title={type} className={columnClass(type)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} columns={columns.length} />
          {rows.slice(first, end).map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a result has no keys, and never changes
            <tr key={first + at} aria-rowindex={first + at + 2}>
              {row.map((value, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <td key={column} className={value === null ? 'null' : columnClass(columns[column]?.type)}>
                  {textOf(value)}
                </td>
              ))}
            </tr>
          ))}
          <Gap rows={rows.length - end} columns={columns.length} />
        </tbody>
      </table>
    </section>
  )
}

/** Also of whole numbers that are text here, for JavaScript would round them. */
const columnClass = (type = ''): string => (isNumeric(type) ? 'number' : '')

/** As high as the rows that are not there. */
const Gap = ({ rows, columns }: { readonly rows: number; readonly columns: number }): ReactElement | null =>
  rows === 0 ? null : (
    <tr>
      <td colSpan={columns} className="gap" style={{ height: rows * rowPx }} />
    </tr>
  )
