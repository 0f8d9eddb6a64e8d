/** Says what a table is: rows under named columns, which a slice contributes and which become a CSV file. */
import { shown } from '@downlink/protocol'
import { ArtifactError, expectList } from './errors.ts'

/** Null and undefined are empty cells; objects and arrays are written as JSON. */
export type Cell = string | number | bigint | boolean | null | undefined | object

export interface Table {
  /** Part of the file's name. @example 'cascade-targets' */
  readonly section: string
  /** A transcript is read by people, too: it has formats of its own, `transcript-csv` and `transcript-md`. @default 'table' */
  readonly kind?: 'table' | 'transcript'
  /** Of a transcript: which column is what in its text. @default all are listed below each entry */
  readonly layout?: TranscriptLayout
  readonly columns: readonly string[]
  /** One cell a column, in their order. */
  readonly rows: readonly (readonly Cell[])[]
}

/** Names of columns by their place in the text of a transcript; a column that has none is listed below its entry. */
export interface TranscriptLayout {
  /** What its chapters are called. @default 'chapter' @example 'prompt' */
  readonly chapter?: string
  /** The chapter's heading, and the id that tells two of one heading apart. A row without either stays in its chapter. */
  readonly heading?: string
  readonly headingId?: string
  /** What happened. @example 'tutorial:step_started' */
  readonly event?: string
  /** What somebody did. */
  readonly action?: string
  /** Milliseconds since 1970, and the same in ISO 8601. */
  readonly timestamp?: string
  readonly timestampIso?: string
  /** What was said then. */
  readonly quote?: string
  /** Columns that are for the CSV only. @default none */
  readonly omitted?: readonly string[]
}

/** Characters; names of files are made of it. */
export const maxSectionLength = 64
const sectionName = new RegExp(`^[a-z0-9][a-z0-9-]{0,${maxSectionLength - 1}}$`)
/** Those that every export may have. */
export const ownSections: readonly string[] = ['summary', 'events']

/** @throws {ArtifactError} `bad_table`, `bad_option` */
export function checkTables(tables: readonly Table[]): readonly Table[] {
  expectList('tables', tables)
  const seen = new Set(ownSections)
  for (const table of tables) {
    const { section } = requireTable(table)
    if (seen.has(section)) throw badTable(section, 'expected each section once; `summary` and `events` are taken')
    seen.add(section)
  }
  return tables
}

/**
 * Whether a table can be exported, all others left aside.
 * @throws {ArtifactError} `bad_table`
 */
export function requireTable(table: Table): Table {
  if (typeof table !== 'object' || table === null) {
    throw new ArtifactError('bad_table', `Expected a table, got ${shown(table)}`)
  }
  const { section, columns, rows } = table
  if (typeof section !== 'string' || !sectionName.test(section)) {
    throw badTable(section, 'expected a section of a–z, 0–9 and hyphens, at most 64 characters')
  }
  if (!isNames(columns)) throw badTable(section, 'expected columns, each once')
  if (!Array.isArray(rows)) throw badTable(section, `expected rows, got ${shown(rows)}`)
  const misfit = rows.findIndex((row) => !Array.isArray(row) || row.length !== columns.length)
  if (misfit < 0) return table
  throw badTable(section, `expected ${columns.length} cells in row ${misfit}, got ${rows[misfit]?.length}`)
}

const badTable = (section: unknown, expected: string): ArtifactError =>
  new ArtifactError('bad_table', `Table ${shown(section)}: ${expected}`)

const isNames = (columns: unknown): columns is readonly string[] =>
  Array.isArray(columns) &&
  columns.length > 0 &&
  columns.every((column) => typeof column === 'string') &&
  new Set(columns).size === columns.length
