import { expect, it } from 'vitest'
import { readExport } from './read-export.ts'

const artifact = { section: 's', filename: 'a.json', mimeType: 'application/json', content: '{}' }

it('takes a summary and artifacts whose content is text', () => {
  const value = { summary: { source: 'worldStateStore' }, artifacts: [artifact], metrics: {} }
  expect(readExport(value)).toEqual({ summary: value.summary, artifacts: [artifact], faults: [] })
})

const { content } = artifact
const nameless = { section: 'unknown', filename: 'unnamed.txt', mimeType: 'text/plain', content }

it.each([
  [null, [], ['Expected `{ summary, artifacts, metrics }`, got null']],
  ['text', [], ['Expected `{ summary, artifacts, metrics }`, got string']],
  [[], [], ['Expected `{ summary, artifacts, metrics }`, got array']],
  [{}, [], ['Expected `summary` to be an object, got undefined', 'Expected `artifacts` to be an array, got undefined']],
  [{ summary: [], artifacts: [artifact] }, [artifact], ['Expected `summary` to be an object, got array']],
  [{ summary: {}, artifacts: {} }, [], ['Expected `artifacts` to be an array, got object']],
  [{ summary: {}, artifacts: [null, artifact] }, [artifact], ['Expected `artifacts[0]` to be an object, got null']],
  [
    { summary: {}, artifacts: [artifact, { ...artifact, content: { a: 1 } }] },
    [artifact],
    ['Expected `artifacts[1].content` to be text, got object'],
  ],
  [
    { summary: {}, artifacts: [{ ...artifact, section: undefined }, artifact] },
    [{ ...artifact, section: 'unknown' }, artifact],
    ['Expected `artifacts[0].section` to be text, got undefined'],
  ],
  [
    { summary: {}, artifacts: [{ content, filename: '', mimeType: 1 }] },
    [nameless],
    [
      'Expected `artifacts[0].section` to be text, got undefined',
      'Expected `artifacts[0].filename` to be text, got none',
      'Expected `artifacts[0].mimeType` to be text, got number',
    ],
  ],
])('keeps what it can of %j, and says what is wrong', (value, artifacts, faults) => {
  expect(readExport(value)).toMatchObject({ artifacts, faults })
})
