/** Writes tables as CSV, by RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180), with nothing in it that a spreadsheet would run. */
import { wellFormed } from '@downlink/protocol'
import { stringify } from 'csv-stringify/browser/esm/sync'
import { stableJson } from './stable-json.ts'
import type { Cell, Table } from './table.ts'

/**
 * What a spreadsheet would take for a formula, at the start of a text
 * (https://owasp.org/www-community/attacks/CSV_Injection). Numbers and JSON need no guard: of these characters they
 * begin with a number's sign only. The source is a regular expression of DuckDB, too.
 */
export const formulaStart: RegExp = /^[=+\-@\t\r\n＝＋－＠]/

/**
 * A header and a line a row, in UTF-8 without a byte order mark. Lines end with LF, as RFC 4180 readers take it:
 * with CR LF, DuckDB 1.5 refuses many a file in which a quoted cell has an LF of its own.
 *
 * Null and undefined are nothing between two commas, the empty string is `""`. Text that begins with
 * `= + - @`, one of their full-width variants, a tab or a line break gets an apostrophe before it, which a
 * spreadsheet shows as text; numbers stay numbers, so -12.5 does not.
 */
export function toCsv({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string {
  return stringify(
    rows.map((row) => row.map(toField)),
    {
      header: true,
      columns: columns.map((column) => ({ key: column, header: safeText(column) })),
      // A row of one empty cell would be an empty line, which readers skip.
      quoted_empty: columns.length === 1,
      cast: {
        bigint: String,
        boolean: String,
        number: String,
        string: (text) => (text === '' ? { value: '', quoted_empty: true } : text),
      },
    },
  )
}

/** Numbers stay as they are: only as such are they spared the apostrophe. */
function toField(cell: Cell): unknown {
  if (typeof cell === 'number' || typeof cell === 'bigint' || typeof cell === 'boolean') return cell
  if (cell === null || cell === undefined) return undefined
  return safeText(typeof cell === 'string' ? cell : cell instanceof Date ? dateText(cell) : stableJson(cell))
}

/** With an apostrophe before what would be a formula: a spreadsheet shows it as text. */
export const guardFormula = (text: string): string => (formulaStart.test(text) ? `'${text}` : text)

const safeText = (text: string): string => guardFormula(wellFormed(text))

const dateText = (date: Date): string => (Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString())
