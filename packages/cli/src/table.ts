/** Rows as an aligned table. */
import { printableLine } from '@downlink/artifacts/node'

export interface Column {
  readonly name: string
  readonly isNumber: boolean
}

const widest = 60

/** Numbers stand to the right, all else to the left; what is long is cut, and what would break a line is escaped. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly unknown[])[]): string {
  const cells = rows.map((row) => row.map(cellText))
  const heads = columns.map(({ name }) => cellText(name))
  const widths = heads.map((head, at) => Math.max(head.length, ...cells.map((row) => row[at]?.length ?? 0)))
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => (columns[at]?.isNumber ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(heads), line(widths.map((width) => '─'.repeat(width))), ...cells.map(line)].join('\n')
}

function cellText(value: unknown): string {
  const text = printableLine(typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value))
  return text.length > widest ? `${text.slice(0, widest - 1)}…` : text
}
