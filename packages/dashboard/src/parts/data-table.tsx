/** Lets a table scroll within its frame, by keyboard as well, below a head that stays. */
import type { ReactElement, ReactNode } from 'react'

interface DataTableProps {
  readonly label: string
  /** Names of the columns, or cells of its head with sorting and titles of their own. */
  readonly columns: readonly ReactNode[]
  /** Its rows, as `tr`. */
  readonly children: ReactNode
  readonly className?: string
}

/** The head of a column of numbers, which stand at its right. */
export const NumberHead = ({ text }: { readonly text: string }): ReactElement => (
  <span className="number-head">{text}</span>
)

export const DataTable = ({ label, columns, children, className = '' }: DataTableProps): ReactElement => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
  <section className={`scroll ${className}`} tabIndex={0} aria-label={label}>
    <table>
      <thead>
        <tr>
          {columns.map((column, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: names may repeat, and columns never move
            <th key={at} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </section>
)
