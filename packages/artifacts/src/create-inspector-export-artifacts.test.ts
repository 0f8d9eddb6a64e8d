import { expect, it } from 'vitest'
import { createInspectorExportArtifacts, emptyFormats, exportFormats } from './create-inspector-export-artifacts.ts'
import type { InspectorSummary } from './inspector-summary.ts'
import type { Table } from './table.ts'
import { textOf } from './test-doubles.ts'

const summary: InspectorSummary = {
  formatVersion: 1,
  generatedAt: Date.UTC(2026, 0, 1, 12, 30, 5, 999),
  generatedIso: '2026-01-01T12:30:05.999Z',
  source: 'worldStateStore',
  game: { name: 'Red vs Blue', version: '0.1.0', seed: 7, missionId: 'cascade' },
  missions: {},
  factions: { metrics: { b: 1, a: 2 } },
}
/** No section at all. */
const { missions: _missions, factions: _factions, ...head } = summary
const table: Table = { section: 'cascade-targets', columns: ['faction_id'], rows: [['red']] }
const transcript: Table = { section: 'tutorial-transcript', kind: 'transcript', columns: ['title'], rows: [['Move']] }
const tables = [transcript, table]
const events = [{ type: 'a', id: 's:1' }, { type: 'b' }]
const make = (formats?: string[]) => createInspectorExportArtifacts({ summary, tables, events }, { formats })
const names = (formats?: string[]) => make(formats).map(({ filename }) => filename)

it('makes every artifact, named after prefix, section and the time of the summary', () => {
  expect(make().map(({ section, filename, mimeType }) => [section, filename, mimeType])).toEqual([
    ['summary', 'save-inspector-summary-20260101T123005Z.json', 'application/json'],
    ['cascade-targets', 'save-inspector-cascade-targets-20260101T123005Z.csv', 'text/csv'],
    ['tutorial-transcript', 'save-inspector-tutorial-transcript-20260101T123005Z.csv', 'text/csv'],
    ['tutorial-transcript', 'save-inspector-tutorial-transcript-20260101T123005Z.md', 'text/markdown'],
    ['events', 'save-inspector-events-20260101T123005Z.ndjson', 'application/x-ndjson'],
  ])
})

it.each([
  ['json', ['save-inspector-summary-20260101T123005Z.json']],
  ['csv', ['save-inspector-cascade-targets-20260101T123005Z.csv']],
  ['transcript-csv', ['save-inspector-tutorial-transcript-20260101T123005Z.csv']],
  ['transcript-md', ['save-inspector-tutorial-transcript-20260101T123005Z.md']],
  ['ndjson', ['save-inspector-events-20260101T123005Z.ndjson']],
])('makes only %s where only that is asked for', (format, expected) => {
  expect(names([format])).toEqual(expected)
})

it('keeps its own order, whatever the order of the formats, and makes each once', () => {
  expect(names(['ndjson', 'json', 'json'])).toEqual(names(['json', 'ndjson']))
})

it('says which formats there are when it is given another', () => {
  expect(() => make(['json', 'xml', 'toString'])).toThrow(
    'Expected `formats` to be among json, csv, transcript-csv, transcript-md, ndjson, got "xml", "toString"',
  )
  expect(() => make([])).toThrow(expect.objectContaining({ code: 'unknown_format' }))
})

it('ends every text with a line break, and begins the summary with its head', async () => {
  for (const { content } of make()) expect(content).toMatch(/[^\n]\n$/)
  const [json] = make(['json'])
  expect(Object.keys(JSON.parse(await textOf(json)))).toEqual([
    'formatVersion',
    'generatedAt',
    'generatedIso',
    'source',
    'game',
    'factions',
    'missions',
  ])
})

it('is the same for the same summary, however it was put together', () => {
  const shuffled = Object.fromEntries(Object.entries(summary).reverse()) as InspectorSummary
  expect(createInspectorExportArtifacts({ summary: shuffled, tables, events })).toEqual(make())
})

it('leaves out what there is nothing for, and writes empty lists as such', () => {
  expect(createInspectorExportArtifacts({ summary, tables: [table] }).map(({ section }) => section)).toEqual([
    'summary',
    'cascade-targets',
  ])
  const none = createInspectorExportArtifacts({ summary, tables: [{ ...table, rows: [] }], events: [] })
  expect(none.map(({ content }) => content).slice(1)).toEqual(['faction_id\n', ''])
})

it('streams a long list of events, as often as it is asked', async () => {
  function* many() {
    for (let seq = 1; seq <= 20_000; seq++)
      yield { id: `s:${seq}`, type: 'bullet_fired', data: { text: 'ü'.repeat(30) } }
  }
  const [artifact] = createInspectorExportArtifacts({ summary, events: many() }, { formats: ['ndjson'] })
  expect(typeof artifact?.content).toBe('object')
  const text = await textOf(artifact)
  expect(await textOf(artifact)).toBe(text)
  const lines = text.trimEnd().split('\n')
  expect(lines).toHaveLength(20_000)
  expect(JSON.parse(lines[19_999] ?? '')).toMatchObject({ id: 's:20000', data: { text: 'ü'.repeat(30) } })
})

it.each(['', '../up', 'a/b', 'a:b', 'x'.repeat(200), ' a'])('refuses the prefix %j', (prefix) => {
  expect(() => createInspectorExportArtifacts({ summary }, { prefix })).toThrow(
    expect.objectContaining({ code: 'bad_option', message: expect.stringContaining('`prefix`') }),
  )
})

it('takes another prefix', () => {
  const [json] = createInspectorExportArtifacts({ summary }, { prefix: 'nightly_7' })
  expect(json?.filename).toBe('nightly_7-summary-20260101T123005Z.json')
})

it.each<[string, Table[]]>([
  ['a section that is no name', [{ ...table, section: '../a' }]],
  ['a section in upper case', [{ ...table, section: 'A' }]],
  ['a section twice', [table, table]],
  ['the section of the summary', [{ ...table, section: 'summary' }]],
  ['the section of the events', [{ ...table, section: 'events' }]],
  ['no columns', [{ ...table, columns: [], rows: [] }]],
  ['a column twice', [{ ...table, columns: ['a', 'a'], rows: [] }]],
  ['a cell too many', [{ ...table, rows: [['a', 'b']] }]],
  ['a cell too few', [{ ...table, columns: ['a', 'b'] }]],
])('refuses a table with %s', (_name, bad) => {
  expect(() => createInspectorExportArtifacts({ summary, tables: bad })).toThrow(
    expect.objectContaining({ code: 'bad_table' }),
  )
})

it.each([Number.NaN, Infinity, -1e14])('refuses a summary of the time %d', (generatedAt) => {
  expect(() => createInspectorExportArtifacts({ summary: { ...summary, generatedAt } })).toThrow('`generatedAt`')
})

it('makes tables of a summary alone, from the sections that it has', () => {
  const record = { factionId: 'red', sources: ['a'], last: null }
  const sections = {
    factions: { cascadeTargets: [record, { factionId: '-blue', more: 1 }], metrics: { a: 1 }, members: [] },
    missions: [{ id: 'cascade' }],
    ready: true,
    broken: null,
    failedSections: [{ section: 'broken', message: 'x' }],
  }
  const made = createInspectorExportArtifacts({ summary: { ...head, ...sections } }, { formats: ['csv'] })
  expect(made.map(({ section, content }) => [section, content])).toEqual([
    ['factions', 'field,value\nmembers,[]\nmetrics,"{""a"":1}"\n'],
    ['factions-cascade-targets', 'factionId,last,sources,more\nred,,"[""a""]",\n\'-blue,,,1\n'],
    ['missions', 'id\ncascade\n'],
    ['ready', 'field,value\nready,true\n'],
  ])
})

it('names tables of sections so that each is a name, and one of its own', () => {
  const sections = { events: [{ a: 1 }], 'A b/../c': [{ a: 1 }], 'a-b-c': [{ a: 1 }], '###': 1, ['x'.repeat(90)]: 1 }
  const made = createInspectorExportArtifacts({ summary: { ...head, ...sections } }, { formats: ['csv'] })
  expect(made.map(({ section }) => section)).toEqual(['section', 'a-b-c', 'a-b-c-2', 'events-2', 'x'.repeat(60)])
})

it('says which of the formats there is nothing for', () => {
  expect(emptyFormats({ summary: head }, exportFormats)).toEqual(['csv', 'transcript-csv', 'transcript-md', 'ndjson'])
  expect(emptyFormats({ summary, tables, events }, exportFormats)).toEqual([])
  expect(emptyFormats({ summary: head }, ['json'])).toEqual([])
})

const thrower = {
  get generatedAt(): number {
    throw new Error('a getter threw')
  },
}

it.each<[string, unknown, unknown]>([
  ['nothing', undefined, {}],
  ['null', null, {}],
  ['a summary of null', { summary: null }, {}],
  ['a summary that is text', { summary: '{}' }, {}],
  ['a summary that is a list', { summary: [] }, {}],
  ['a summary without a game', { summary: { ...summary, game: undefined } }, {}],
  ['a summary whose time is a bigint', { summary: { ...summary, generatedAt: 1n } }, {}],
  ['a summary whose time is text', { summary: { ...summary, generatedAt: '2026' } }, {}],
  ['a summary that throws', { summary: Object.assign(thrower, { game: {} }) }, {}],
  ['events that are no list', { summary, events: {} }, {}],
  [
    'events that throw',
    {
      summary,
      events: {
        [Symbol.iterator]: () => {
          throw new Error('no')
        },
      },
    },
    {},
  ],
  ['tables that are no list', { summary, tables: {} }, {}],
  ['a format that is not in a list', { summary }, { formats: 'json' }],
  ['formats that are an object', { summary }, { formats: { json: true } }],
  ['a prefix that is no text', { summary }, { prefix: 5 }],
  ['a prefix that has no text', { summary }, { prefix: Symbol('a') }],
  ['options that are text', { summary }, 'json'],
])('refuses %s with a code', (_name, given, options) => {
  const fault = expect.objectContaining({ name: 'ArtifactError', code: 'bad_option' })
  expect(() => createInspectorExportArtifacts(given as never, options as never)).toThrow(fault)
})

it.each([
  null,
  5,
  'a',
  { section: 'a' },
  { section: 'a', columns: 'a', rows: [] },
  { section: 'a', columns: ['a'] },
  { section: 'a', columns: ['a'], rows: [null] },
  { section: 'a', columns: [{}], rows: [] },
  { section: {}, columns: ['a'], rows: [] },
])('refuses the table %j with a code', (bad) => {
  expect(() => createInspectorExportArtifacts({ summary, tables: [bad as never] })).toThrow(
    expect.objectContaining({ name: 'ArtifactError', code: 'bad_table' }),
  )
})

it.each([1n, Symbol('json'), null, {}])('refuses the format %s with a code', (format) => {
  expect(() => make([format as never])).toThrow(expect.objectContaining({ code: 'unknown_format' }))
})

it('takes null for what was left out', () => {
  const nothing = { tables: null, events: null } as never
  expect(
    createInspectorExportArtifacts({ summary, ...(nothing as object) }, { formats: null, prefix: null } as never),
  ).toEqual(createInspectorExportArtifacts({ summary }))
})
