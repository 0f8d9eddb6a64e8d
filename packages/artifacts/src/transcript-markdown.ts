/** Writes a transcript as people read it: a heading a chapter, and below it what happened, with its time. */

import { wellFormed } from '@downlink/protocol'
import type { GameIdentity, InspectorSummary } from './inspector-summary.ts'
import { stableJson } from './stable-json.ts'
import type { Cell, Table, TranscriptLayout } from './table.ts'

/** A row, by the places of its columns. */
interface Entry extends Readonly<Partial<Record<Exclude<keyof TranscriptLayout, 'chapter' | 'omitted'>, Cell>>> {
  /** What has no place, by column. */
  readonly details: readonly (readonly [column: string, cell: Cell])[]
}

/** Columns may be in whatever order; those that are missing are left out. */
export function transcriptMarkdown(table: Table, summary: InspectorSummary): string {
  const { section, layout, rows } = table
  const entries = rows.map((row) => entryOf(row, table))
  const chapter = layout?.chapter ?? 'chapter'
  const body = entries.length === 0 ? ['Nothing has happened yet.'] : chapters(entries, chapter)
  return `${[`# ${escapeMarkdown(sentence(section))}`, headline(summary), ...body].join('\n\n')}\n`
}

function entryOf(row: Table['rows'][number], { columns, layout }: Table): Entry {
  const cells = Object.fromEntries(columns.map((column, at) => [column, row[at]]))
  const { chapter, omitted = [], ...places } = layout ?? {}
  const placed: readonly string[] = [...Object.values(places), ...omitted]
  return {
    ...Object.fromEntries(Object.entries(places).map(([place, column]) => [place, cells[column]])),
    details: Object.entries(cells).filter(([column]) => !placed.includes(column)),
  }
}

/** A chapter's heading, and a list of what happened until the next one. */
function chapters(entries: readonly Entry[], noun: string): string[] {
  const [start] = entries.map(({ timestamp }) => timestamp).filter((time) => typeof time === 'number')
  const blocks: string[][] = []
  let chapter: string | undefined
  let count = 0
  for (const entry of entries) {
    const next = headingOf(entry) ?? chapter
    if (next !== chapter) blocks.push([`## ${++count}. ${next}`], [])
    else if (blocks.length === 0) blocks.push([`## Before the first ${escapeMarkdown(noun)}`], [])
    blocks.at(-1)?.push(...entryLines(entry, start))
    chapter = next
  }
  return blocks.map((lines) => lines.join('\n'))
}

function headline({ game, generatedIso, source }: InspectorSummary): string {
  const facts = [`${game.name} ${game.version}`, ...runFacts(game), generatedIso]
  const missing = source === 'unavailable' ? '\n\nThere was no world state to ask.' : ''
  return `${facts.map(escapeMarkdown).join(' · ')}${missing}`
}

const runFacts = ({ missionId, seed }: GameIdentity): string[] => [
  ...(missionId === null ? [] : [`mission ${missionId}`]),
  ...(seed === null ? [] : [`seed ${seed}`]),
]

/** What its heading says: the title, and the id that tells two of one title apart. */
function headingOf({ heading, headingId }: Entry): string | undefined {
  const title = textOf(heading)
  const name = textOf(headingId)
  if (title === '') return name === '' ? undefined : escapeMarkdown(name)
  return name === '' || name === title ? escapeMarkdown(title) : `${escapeMarkdown(title)} (${codeSpan(name)})`
}

/** A list item; what follows from it stands indented below. */
function entryLines(entry: Entry, start: number | undefined): string[] {
  const event = escapeMarkdown(sentence(textOf(entry.event)))
  const action = escapeMarkdown(textOf(entry.action))
  const what = [event === '' ? '' : `**${event}**`, action].filter((part) => part !== '').join(': ')
  const lines = [`- ${[timeOf(entry, start), what || 'Something happened'].filter((part) => part !== '').join(' ')}`]
  const narrative = escapeMarkdown(textOf(entry.quote))
  if (narrative !== '') lines.push(`  > ${narrative}`)
  return [...lines, ...entry.details.flatMap(([column, cell]) => detailLines(column, cell))]
}

/** A record's fields stand by themselves, so that texts in it read as sentences. */
function detailLines(name: string, value: unknown): string[] {
  if (value === null || value === undefined || value === '') return []
  if (isRecord(value))
    return Object.keys(value)
      .sort()
      .flatMap((key) => detailLine(key, value[key]))
  return detailLine(name, value)
}

function detailLine(name: string, value: unknown): string[] {
  if (value === null || value === undefined || value === '') return []
  const shown = typeof value === 'string' ? escapeMarkdown(value) : codeSpan(stableJson(value))
  return [`  - ${escapeMarkdown(words(name).toLowerCase())}: ${shown}`]
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  Object.prototype.toString.call(value) === '[object Object]'

/** `12:00:03 (+3.2 s)`: the clock's time, and how long after the first entry. */
function timeOf({ timestamp, timestampIso: iso }: Entry, start: number | undefined): string {
  const clock = /T(\d\d:\d\d:\d\d)/.exec(textOf(iso))?.[1] ?? ''
  const after =
    typeof timestamp === 'number' && start !== undefined ? `+${((timestamp - start) / 1000).toFixed(1)} s` : ''
  if (clock === '') return after
  return after === '' ? clock : `${clock} (${after})`
}

function textOf(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  return typeof cell === 'object' ? stableJson(cell) : String(cell)
}

/** `tutorial:step_started` → `Tutorial step started` */
function sentence(name: string): string {
  const text = words(name)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `controlHint` → `control Hint`, `step_title` → `step title` */
const words = (name: string): string =>
  name
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .replace(/[-_:]+/g, ' ')
    .trim()

/** Makes markup, or a link or a mention on GitHub, in the middle of a line. */
const markup = /[\\`*_[\]#|~$@]|:(?=\/\/)|(?<=www)\./gi

/** Invisible, or turning the direction of what follows: nobody should read what is not there. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const unseen = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Text for the middle of a line: it shows as it is, and no markup, HTML or link comes of it. */
export function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replace(/[&<>]/g, (character) => entities[character] ?? '')
    .replace(markup, '\\$&')
}

/** A code span, fenced by more backticks than the text has in a row. */
export function codeSpan(text: string): string {
  const inner = oneLine(text)
  const longest = Math.max(0, ...Array.from(inner.matchAll(/`+/g), ([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = longest > 0 ? ' ' : ''
  return `${fence}${pad}${inner}${pad}${fence}`
}

const oneLine = (text: string): string =>
  wellFormed(text)
    .replace(/\s*[\r\n\u2028\u2029]\s*/g, ' ')
    .replace(/\t/g, ' ')
    .replace(unseen, '\uFFFD')
    .trim()
