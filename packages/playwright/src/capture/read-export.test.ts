import { expect, it } from 'vitest'
import { readExport } from './read-export.ts'

const artifact = { section: 's', filename: 'a.json', mimeType: 'application/json', content: '{}' }

it('takes a summary and artifacts whose content is text', () => {
  const value = { summary: { source: 'worldStateStore' }, artifacts: [artifact], metrics: {} }
  expect(readExport(value)).toEqual({ ok: true, value: { summary: value.summary, artifacts: [artifact] } })
})

it.each([
  [null, 'Expected `{ summary, artifacts, metrics }`, got null'],
  ['text', 'Expected `{ summary, artifacts, metrics }`, got string'],
  [[], 'Expected `{ summary, artifacts, metrics }`, got an array'],
  [{}, 'Expected `summary` to be an object, got undefined'],
  [{ summary: [] }, 'Expected `summary` to be an object, got an array'],
  [{ summary: {}, artifacts: {} }, 'Expected `artifacts` to be an array, got object'],
  [{ summary: {}, artifacts: [null] }, 'Expected `artifacts[0].section` to be text, got null'],
  [
    { summary: {}, artifacts: [artifact, { ...artifact, content: { a: 1 } }] },
    'Expected `artifacts[1].content` to be text, got object',
  ],
])('says what is wrong with %j', (value, fault) => {
  expect(readExport(value)).toEqual({ ok: false, fault })
})
