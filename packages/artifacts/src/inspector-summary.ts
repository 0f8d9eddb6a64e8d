/** Says what an inspector sees of a game at one moment, and makes tables of it where the game has none. */
import { freeName } from './artifact.ts'
import { stableJson } from './stable-json.ts'
import { type Cell, ownSections, type Table } from './table.ts'

export interface InspectorSummary {
  /** Of this very shape. */
  readonly formatVersion: 1
  /** Wall-clock milliseconds since 1970. */
  readonly generatedAt: number
  /** The same in ISO 8601. */
  readonly generatedIso: string
  /** `unavailable` where there is no store to ask; the head is there all the same. */
  readonly source: 'worldStateStore' | 'unavailable'
  readonly game: GameIdentity
  /** JSON, one key a section: `factions`, `tutorial`, `missions`, `engine`, `telemetry` … */
  readonly [section: string]: unknown
}

export interface GameIdentity {
  readonly name: string
  readonly version: string
  readonly seed: number | null
  readonly missionId: string | null
}

type Fields = Readonly<Record<string, Cell>>

/** What every summary has, in its order; the sections follow by name. */
export const summaryHead: readonly string[] = ['formatVersion', 'generatedAt', 'generatedIso', 'source', 'game']

/** What is no section: the head, and what says which sections are missing. */
export const reservedSections: readonly string[] = [...summaryHead, 'failedSections']

/**
 * By name, one for each list of records: `factions: { cascadeTargets: [{ … }] }` becomes `factions-cascade-targets`, with
 * the records' fields as columns. What else a section has becomes a table of its name, with the columns `field` and
 * `value`. What is nested deeper is JSON in its cell.
 */
export function summaryTables(summary: InspectorSummary): Table[] {
  // As the JSON artifact has it: keys in order, nothing that throws.
  const sections: Fields = JSON.parse(stableJson(summary))
  const taken = new Set(ownSections)
  return Object.entries(sections)
    .filter(([name]) => !reservedSections.includes(name))
    .flatMap(([name, content]) => sectionTables(name, content))
    .map(({ section, ...table }) => ({ section: freeName(sectionName(section), taken), ...table }))
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

/** `factions-cascadeTargets` → `factions-cascade-targets` */
function sectionName(wished: string): string {
  const plain = wished
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 60)
    .replace(/-$/, '')
  return plain === '' ? 'section' : plain
}
