/** Shows the rows of a query. Every value is text here, whatever it says. */

import type { QueryResult } from '@downlink/collector'
import type { ReactElement } from 'react'

/** The first ones; more would hold the page up. */
export const shownRows = 500

export function ResultTable({ result }: { readonly result: QueryResult }): ReactElement {
  const { columns, rows } = result
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section className="scroll" tabIndex={0} aria-label="Result">
      <table>
        <thead>
          <tr>
            {columns.map(({ name, type }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: names may repeat, and columns never move
              <th key={at} scope="col" title={type}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shownRows).map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a result has no keys, and never changes
            <tr key={at}>
              {row.map((value, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <td key={column} className={typeof value === 'number' ? 'number' : value === null ? 'null' : ''}>
                  {textOf(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function textOf(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
