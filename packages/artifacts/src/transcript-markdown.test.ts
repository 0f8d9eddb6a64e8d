import { expect, it } from 'vitest'
import type { InspectorSummary } from './inspector-summary.ts'
import type { Cell, Table } from './table.ts'
import { transcriptMarkdown } from './transcript-markdown.ts'

const columns = [
  'sequence',
  'event',
  'prompt_id',
  'title',
  'action',
  'timestamp',
  'timestamp_iso',
  'follow_up_narrative',
  'metadata',
]
const summary: InspectorSummary = {
  formatVersion: 1,
  generatedAt: 0,
  generatedIso: '2026-01-01T12:00:30.000Z',
  source: 'worldStateStore',
  game: { name: 'Red vs Blue', version: '0.1.0', seed: 7, missionId: 'tutorial' },
}
const at = (seconds: number): [number, string] => {
  const time = Date.UTC(2026, 0, 1, 12) + seconds * 1000
  return [time, new Date(time).toISOString()]
}
const layout = {
  chapter: 'prompt',
  heading: 'title',
  headingId: 'prompt_id',
  event: 'event',
  action: 'action',
  timestamp: 'timestamp',
  timestampIso: 'timestamp_iso',
  quote: 'follow_up_narrative',
  omitted: ['sequence'],
}
const table = (...rows: Cell[][]): Table => ({
  section: 'tutorial-transcript',
  kind: 'transcript',
  layout,
  columns,
  rows,
})
const body = (...rows: Cell[][]): string =>
  transcriptMarkdown(table(...rows), summary)
    .split('\n')
    .slice(4)
    .join('\n')

it('reads as a story: a heading a prompt, what happened below it, and when', () => {
  const rows: Cell[][] = [
    [1, 'tutorial:step_started', 'move', 'Move your ship', null, ...at(0), null, {}],
    [
      2,
      'tutorial:step_completed',
      'move',
      'Move your ship',
      'held W',
      ...at(3.25),
      'Well flown.',
      { tries: 2, controlHint: 'Hold W', none: null },
    ],
    [3, 'tutorial:step_started', 'shoot', 'Shoot', null, ...at(5), null, null],
  ]
  expect(transcriptMarkdown(table(...rows), summary)).toBe(`# Tutorial transcript

Red vs Blue 0.1.0 · mission tutorial · seed 7 · 2026-01-01T12:00:30.000Z

## 1. Move your ship (\`move\`)

- 12:00:00 (+0.0 s) **Tutorial step started**
- 12:00:03 (+3.3 s) **Tutorial step completed**: held W
  > Well flown.
  - control hint: Hold W
  - tries: \`2\`

## 2. Shoot (\`shoot\`)

- 12:00:05 (+5.0 s) **Tutorial step started**
`)
})

it('says so where there is nothing to tell', () => {
  const game = { ...summary.game, seed: null, missionId: null }
  expect(transcriptMarkdown(table(), { ...summary, game, source: 'unavailable' })).toBe(
    '# Tutorial transcript\n\nRed vs Blue 0.1.0 · 2026-01-01T12:00:30.000Z\n\nThere was no world state to ask.\n\nNothing has happened yet.\n',
  )
})

it('makes do with rows and tables that lack something', () => {
  expect(body(['', null, null, null, null, null, null, null, null])).toBe(
    '## Before the first prompt\n\n- Something happened\n',
  )
  expect(body([1, null, 'move', null, 'held W', 5, null, null, null])).toBe('## 1. move\n\n- +0.0 s held W\n')
  expect(body([1, 'a', null, 'Move', null, null, at(1)[1], null, null])).toBe('## 1. Move\n\n- 12:00:01 **A**\n')
  const notes: Table = { section: 'notes', kind: 'transcript', columns: ['note', 'n'], rows: [['hello', 5]] }
  expect(transcriptMarkdown(notes, summary)).toContain('- Something happened\n  - note: hello\n  - n: `5`\n')
})

it('stays under a prompt while rows name none', () => {
  const rows: Cell[][] = [
    [1, 'a', 'move', 'Move', null, null, null, null, null],
    [2, 'b', null, null, null, null, null, null, null],
  ]
  expect(body(...rows)).toBe('## 1. Move (`move`)\n\n- **A**\n- **B**\n')
  const early: Cell[] = [0, 'early', null, null, null, null, null, null, null]
  expect(body(early, early, ...rows)).toBe(
    '## Before the first prompt\n\n- **Early**\n- **Early**\n\n## 1. Move (`move`)\n\n- **A**\n- **B**\n',
  )
})

it.each([
  ['HTML', '<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
  ['an entity', '&lt;b&gt;', '&amp;lt;b&amp;gt;'],
  ['emphasis', '*a* _b_ ~~c~~ `d`', '\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\`d\\`'],
  ['links', '[a](javascript:b) ![c](d)', '\\[a\\](javascript:b) !\\[c\\](d)'],
  ['addresses', 'https://evil.example www.evil.example a@b.c', 'https\\://evil.example www\\.evil.example a\\@b.c'],
  ['mentions, references, formulas', '@all #12 $x$ |', '\\@all \\#12 \\$x\\$ \\|'],
  ['backslashes', '\\*', '\\\\\\*'],
  ['line breaks', 'one\r\n\n# two\u2028three', 'one \\# two three'],
  ['text that turns itself around', 'a\u202Eb\u200Bc\u0007', 'a\uFFFDb\uFFFDc\uFFFD'],
  ['half a character', 'a\uD800', 'a\uFFFD'],
])('shows %s as it was typed', (_name, typed, expected) => {
  const md = body([1, typed, 'id', typed, typed, null, null, typed, null])
  expect(md).toContain(`## 1. ${expected} (\`id\`)`)
  expect(md).toContain(`: ${expected}\n  > ${expected}\n`)
})

it.each([
  ['a`b', '- metadata: `` ["a`b"] ``\n'],
  ['``', '- metadata: ``` ["``"] ```\n'],
  ['*a* <b>', '- metadata: `["*a* <b>"]`\n'],
])('fences %j so that it stays code', (text, expected) => {
  expect(body([1, 'a', null, 'T', null, null, null, null, [text]])).toContain(expected)
})
