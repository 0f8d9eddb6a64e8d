/** Makes named artifacts of an inspector summary, its tables and its events. Pure: the same in, the same out. */

import { messageOf, shown } from '@downlink/protocol'
import { type Artifact, nameFault } from './artifact.ts'
import type { Content } from './content.ts'
import { toCsv } from './csv.ts'
import { ArtifactError, badOption, expectList, expectObject } from './errors.ts'
import { type InspectorSummary, summaryHead, summaryTables } from './inspector-summary.ts'
import { toNdjson } from './ndjson.ts'
import { stableJson } from './stable-json.ts'
import { checkTables, maxSectionLength, type Table } from './table.ts'
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

export const exportDefaults = { prefix: 'save-inspector' }

/**
 * Makes `<prefix>-<section>-<ts>.<ext>` for each section, `<ts>` being the summary's time as `YYYYMMDDTHHMMSSZ`:
 * the summary as JSON, tables as CSV, transcripts as CSV and Markdown, events as NDJSON. Where there are no tables,
 * the sections of the summary make some: see `summaryTables`.
 *
 * @example createInspectorExportArtifacts({ summary, tables }, { formats: ['json', 'csv'] })
 * @throws {ArtifactError} `unknown_format`, `bad_option`, `bad_table`
 */
export function createInspectorExportArtifacts(
  given: InspectorExport,
  options: InspectorExportOptions = {},
): Artifact[] {
  try {
    return makeArtifacts(given, options)
  } catch (cause) {
    if (cause instanceof ArtifactError) throw cause
    throw new ArtifactError('bad_option', `What is to be exported can't be read: ${messageOf(cause)}`, { cause })
  }
}

function makeArtifacts(given: InspectorExport, options: InspectorExportOptions): Artifact[] {
  const { summary, plain, transcripts, events } = sourcesOf(given)
  const { formats, prefix } = checkOptions(options)
  const time = timeOf(summary)
  const name = (section: string, extension: string) => `${prefix}-${section}-${time}.${extension}`
  const csv = (table: Table) => text(table.section, name(table.section, 'csv'), 'text/csv', toCsv(table))
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

/** Of some formats those that a game has nothing for, so that nobody waits for a file that never comes. */
export function emptyFormats(given: InspectorExport, formats: readonly string[]): ExportFormat[] {
  const { plain, transcripts, events } = sourcesOf(given)
  const isEmpty: Readonly<Record<ExportFormat, boolean>> = {
    json: false,
    csv: plain.length === 0,
    'transcript-csv': transcripts.length === 0,
    'transcript-md': transcripts.length === 0,
    ndjson: events === undefined,
  }
  return exportFormats.filter((format) => formats.includes(format) && isEmpty[format])
}

interface Sources {
  readonly summary: InspectorSummary
  readonly plain: readonly Table[]
  readonly transcripts: readonly Table[]
  readonly events: Iterable<unknown> | undefined
}

function sourcesOf(given: InspectorExport): Sources {
  expectObject('the export', given)
  const { summary, tables, events } = given
  expectObject('summary', summary)
  expectObject('summary.game', summary.game)
  const checked = checkTables(tables ?? [])
  if (events !== undefined && events !== null && typeof events[Symbol.iterator] !== 'function') {
    throw badOption('events', 'iterable', events)
  }
  const plain = checked.filter(({ kind }) => kind !== 'transcript')
  return {
    summary,
    plain: plain.length === 0 ? summaryTables(summary) : plain,
    transcripts: checked.filter(({ kind }) => kind === 'transcript'),
    events: events ?? undefined,
  }
}

const text = (section: string, filename: string, mimeType: string, content: Content): Artifact => ({
  section,
  filename,
  mimeType,
  content,
})

const summaryJson = (summary: InspectorSummary): string => `${stableJson(summary, { first: summaryHead, indent: 2 })}\n`

function checkOptions(options: InspectorExportOptions): {
  readonly formats: readonly string[]
  readonly prefix: string
} {
  expectObject('options', options)
  return {
    formats: checkFormats(options.formats ?? exportFormats),
    prefix: checkPrefix(options.prefix ?? exportDefaults.prefix),
  }
}

function checkFormats(formats: readonly string[]): readonly string[] {
  expectList('formats', formats)
  const unknown = formats.filter((format) => !(exportFormats as readonly string[]).includes(format))
  if (unknown.length === 0 && formats.length > 0) return formats
  const got = unknown.length === 0 ? 'none' : unknown.map(shown).join(', ')
  throw new ArtifactError('unknown_format', `Expected \`formats\` to be among ${exportFormats.join(', ')}, got ${got}`)
}

/** The whole name is checked where it is written; here, that the longest of ours would pass. */
function checkPrefix(prefix: string): string {
  if (typeof prefix !== 'string' || prefix === '') throw badOption('prefix', "the start of a file's name", prefix)
  const fault = nameFault(`${prefix}-${'x'.repeat(maxSectionLength)}-00000000T000000Z.ndjson`)
  if (fault === undefined) return prefix
  throw new ArtifactError(
    'bad_option',
    `Expected \`prefix\` to be the start of a file's name, got ${shown(prefix)}: ${fault}`,
  )
}

/** `2026-01-01T00:00:00.000Z` → `20260101T000000Z` */
function timeOf({ generatedAt }: InspectorSummary): string {
  const year = typeof generatedAt === 'number' ? new Date(generatedAt).getUTCFullYear() : Number.NaN
  if (year >= 0 && year <= 9999) return new Date(generatedAt).toISOString().replace(/[-:]|\.\d+/g, '')
  throw badOption('generatedAt', 'milliseconds since 1970', generatedAt)
}
