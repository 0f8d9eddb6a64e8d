/** From an inspector summary, its tables and its events to named artifacts. Pure: the same in, the same out. */
import type { Artifact } from './artifact.ts'
import { nameFault } from './artifact-name.ts'
import { toCsv } from './csv.ts'
import { ArtifactError } from './errors.ts'
import type { InspectorSummary } from './inspector-summary.ts'
import { toNdjson } from './ndjson.ts'
import { stableJson } from './stable-json.ts'
import type { Table } from './table.ts'
import { transcriptMarkdown } from './transcript-markdown.ts'

export type ExportFormat = 'json' | 'csv' | 'transcript-csv' | 'transcript-md' | 'ndjson'

/** In the order of the artifacts. */
export const exportFormats: readonly ExportFormat[] = ['json', 'csv', 'transcript-csv', 'transcript-md', 'ndjson']

export interface InspectorExport {
  readonly summary: InspectorSummary
  /** A transcript has formats of its own. @default none */
  readonly tables?: readonly Table[] | undefined
  /** The telemetry events of the run. Without them there is no `events` artifact. */
  readonly events?: Iterable<unknown> | undefined
}

export interface InspectorExportOptions {
  /** @default all of `exportFormats` */
  readonly formats?: readonly string[] | undefined
  /** What each file's name begins with. @default 'save-inspector' */
  readonly prefix?: string | undefined
}

export const exportDefaults = { prefix: 'save-inspector' as string }

/** The head comes first; sections follow by name. */
const head = ['formatVersion', 'generatedAt', 'generatedIso', 'source', 'game']

/**
 * Makes `<prefix>-<section>-<ts>.<ext>` for each section, `<ts>` being the summary's time as `YYYYMMDDTHHMMSSZ`:
 * the summary as JSON, tables as CSV, transcripts as CSV and Markdown, events as NDJSON.
 *
 * @example createInspectorExportArtifacts({ summary, tables }, { formats: ['json', 'csv'] })
 * @throws {ArtifactError} `unknown_format`, `bad_option` (the prefix, the summary's time), `bad_table`
 */
export function createInspectorExportArtifacts(
  { summary, tables = [], events }: InspectorExport,
  options: InspectorExportOptions = {},
): Artifact[] {
  const formats = checkFormats(options.formats ?? exportFormats)
  const prefix = checkPrefix(options.prefix ?? exportDefaults.prefix)
  checkTables(tables)
  const time = timeOf(summary)
  const name = (section: string, extension: string) => `${prefix}-${section}-${time}.${extension}`
  const csv = (table: Table) => text(table.section, name(table.section, 'csv'), 'text/csv', toCsv(table))

  const plain = tables.filter(({ kind }) => kind !== 'transcript')
  const transcripts = tables.filter(({ kind }) => kind === 'transcript')
  const made: Readonly<Record<ExportFormat, () => Artifact[]>> = {
    json: () => [text('summary', name('summary', 'json'), 'application/json', summaryJson(summary))],
    csv: () => plain.map(csv),
    'transcript-csv': () => transcripts.map(csv),
    'transcript-md': () =>
      transcripts.map((table) =>
        text(table.section, name(table.section, 'md'), 'text/markdown', transcriptMarkdown(table, summary)),
      ),
    ndjson: () =>
      events === undefined ? [] : [text('events', name('events', 'ndjson'), 'application/x-ndjson', toNdjson(events))],
  }
  return exportFormats.filter((format) => formats.includes(format)).flatMap((format) => made[format]())
}

const text = (section: string, filename: string, mimeType: string, content: Artifact['content']): Artifact => ({
  section,
  filename,
  mimeType,
  content,
})

const summaryJson = (summary: InspectorSummary): string => `${stableJson(summary, { first: head, indent: 2 })}\n`

function checkFormats(formats: readonly string[]): readonly string[] {
  const unknown = formats.filter((format) => !(exportFormats as readonly string[]).includes(format))
  if (unknown.length === 0 && formats.length > 0) return formats
  const got = unknown.length === 0 ? 'none' : unknown.map((format) => JSON.stringify(format)).join(', ')
  throw new ArtifactError('unknown_format', `Expected \`formats\` to be among ${exportFormats.join(', ')}, got ${got}`)
}

/** The whole name is checked where it is written; here, that the longest of ours would pass. */
function checkPrefix(prefix: string): string {
  const fault =
    prefix === '' ? 'it is empty' : nameFault(`${prefix}-${'x'.repeat(maxSectionLength)}-00000000T000000Z.ndjson`)
  if (fault === undefined) return prefix
  throw new ArtifactError(
    'bad_option',
    `Expected \`prefix\` to be the start of a file name, got ${JSON.stringify(prefix)}: ${fault}`,
  )
}

const maxSectionLength = 64
const sectionName = new RegExp(`^[a-z0-9][a-z0-9-]{0,${maxSectionLength - 1}}$`)
const ownSections = ['summary', 'events']

function checkTables(tables: readonly Table[]): void {
  const seen = new Set(ownSections)
  for (const { section, columns, rows } of tables) {
    const fault = (expected: string) => new ArtifactError('bad_table', `Table ${JSON.stringify(section)}: ${expected}`)
    if (!sectionName.test(section)) throw fault('expected a section of a–z, 0–9 and hyphens, at most 64 characters')
    if (seen.has(section)) throw fault('expected each section once; `summary` and `events` are taken')
    seen.add(section)
    if (columns.length === 0 || new Set(columns).size < columns.length) throw fault('expected columns, each once')
    const misfit = rows.findIndex((row) => row.length !== columns.length)
    if (misfit >= 0) throw fault(`expected ${columns.length} cells in row ${misfit}, got ${rows[misfit]?.length}`)
  }
}

/** `2026-01-01T00:00:00.000Z` → `20260101T000000Z` */
function timeOf({ generatedAt }: InspectorSummary): string {
  const date = new Date(generatedAt)
  const year = date.getUTCFullYear()
  if (year >= 0 && year <= 9999) return date.toISOString().replace(/[-:]|\.\d+/g, '')
  throw new ArtifactError(
    'bad_option',
    `Expected \`generatedAt\` to be milliseconds since 1970, got ${String(generatedAt)}`,
  )
}
