/** Tables of a summary that came without any: what its sections list, and what else they say. */
import type { InspectorSummary } from './inspector-summary.ts'
import { stableJson } from './stable-json.ts'
import type { Cell, Table } from './table.ts'

type Fields = Readonly<Record<string, Cell>>

/** What is no section: the head, and what says which sections are missing. */
const beside = ['formatVersion', 'generatedAt', 'generatedIso', 'source', 'game', 'failedSections']

/**
 * By name, one for each list of records: `factions: { cascadeTargets: [{ … }] }` becomes `factions-cascade-targets`, with
 * the records' fields as columns. What else a section has becomes a table of its name, with the columns `field` and
 * `value`. What is nested deeper is JSON in its cell.
 */
export function summaryTables(summary: InspectorSummary): Table[] {
  // As the JSON artifact has it: keys in order, nothing that throws.
  const sections: Fields = JSON.parse(stableJson(summary))
  const taken = new Set(['summary', 'events'])
  return Object.entries(sections)
    .filter(([name]) => !beside.includes(name))
    .flatMap(([name, content]) => sectionTables(name, content))
    .map(({ section, ...table }) => ({ section: freeName(section, taken), ...table }))
}

function sectionTables(section: string, content: Cell): Table[] {
  if (isRecords(content)) return [recordTable(section, content)]
  if (!isRecord(content)) return content === null ? [] : [fieldTable(section, [[section, content]])]
  const fields = Object.entries(content)
  const lists = fields.flatMap(([name, value]) => (isRecords(value) ? [recordTable(`${section}-${name}`, value)] : []))
  const rest = fields.filter(([, value]) => !isRecords(value))
  return rest.length === 0 ? lists : [fieldTable(section, rest), ...lists]
}

/** Columns in the order in which the records bring them. */
function recordTable(section: string, records: readonly Fields[]): Table {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))]
  return { section, columns, rows: records.map((record) => columns.map((column) => record[column])) }
}

const fieldTable = (section: string, fields: readonly (readonly [string, Cell])[]): Table => ({
  section,
  columns: ['field', 'value'],
  rows: fields,
})

const isRecord = (value: Cell): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const isRecords = (value: Cell): value is readonly Fields[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isRecord(item) && Object.keys(item).length > 0)

/** `factions-cascadeTargets` → `factions-cascade-targets`; a name that is taken gets a number. */
function freeName(wished: string, taken: Set<string>): string {
  const plain = wished
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 60)
    .replace(/-$/, '')
  const stem = plain === '' ? 'section' : plain
  let name = stem
  for (let number = 2; taken.has(name); number++) name = `${stem}-${number}`
  taken.add(name)
  return name
}
