/** Runs `downlink query`: answers one SQL statement as a table or as JSON. */

import { printableLine } from '@downlink/artifacts/node'
import { Command } from 'commander'
import { type ReadFlags, withReadAccess, withReadFlags } from '../api-flags.ts'
import { printJson, printLines, printMessage } from '../output.ts'

interface QueryFlags extends ReadFlags {
  readonly json?: true
}

const notes = `
Tables: events, sessions, rejected_events, label_history, ledgers, and one view for each event type that the collector
knows, or that --schema defines where a folder is read.
Only SELECT, and nothing that writes or leaves the database.

Examples:
  downlink query "SELECT type, count(*) AS events FROM events GROUP BY type ORDER BY events DESC"
  downlink query "FROM ledgers" --json
  downlink query "SELECT data->>'team' AS team, count(*) FROM events WHERE type = 'bullet_fired' GROUP BY team"
  downlink query "SELECT team, count(*) FROM bullet_fired GROUP BY team" --data ./.downlink --schema ./events.ts
  downlink query "FROM sessions" --url https://telemetry.example --token T`

export function queryCommand(): Command {
  return withReadFlags(new Command('query').description('ask the database a question').argument('<sql>', 'one SELECT'))
    .option('--json', 'one object a line instead of a table')
    .addHelpText('after', notes)
    .action(query)
}

const numberType = /INT|FLOAT|DOUBLE|DECIMAL|REAL/

async function query(sql: string, flags: QueryFlags): Promise<void> {
  const { columns, rows, truncated } = await withReadAccess(flags, (api) => api.query(sql))
  if (flags.json) printJson(rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at]]))))
  else {
    const heads = columns.map(({ name, type }) => ({ name, isNumber: numberType.test(type) }))
    printLines([formatTable(heads, rows)])
  }
  if (truncated) printMessage(`There is more: these are the first ${rows.length} rows.`)
}

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
