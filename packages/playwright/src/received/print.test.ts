import { expect, it } from 'vitest'
import { printCounts, printValue } from './print.ts'

it('prints values as JSON, matchers by name', () => {
  expect(printValue({ a: [1, 'x', null] })).toBe('{"a":[1,"x",null]}')
  expect(printValue(undefined)).toBe('undefined')
  expect(printValue('\u0000' + '0')).toBe('"\\u00000"')
  expect(printValue({ id: expect.any(String), all: expect.anything() })).toBe('{"id":Any<String>,"all":Anything}')
  expect(printValue(expect.stringMatching(/^a/))).toBe('StringMatching</^a/>')
  expect(printValue(expect.objectContaining({ a: expect.any(Number) }))).toBe('ObjectContaining<{"a":Any<Number>}>')
  expect(printValue({ asymmetricMatch: () => true, toString: () => 'even' })).toBe('even')
})

it('cuts what is long', () => {
  expect(printValue('x'.repeat(500))).toBe(`"${'x'.repeat(159)}…`)
  expect(printValue(1n)).toBe('1')
})

it('counts, the most frequent first', () => {
  expect(printCounts(['b', 'a', 'b'])).toBe('b × 2, a × 1')
  expect(printCounts([])).toBe('')
  expect(printCounts(Array.from({ length: 14 }, (_, at) => `t${at}`))).toMatch(/t11 × 1, and 2 more$/)
})
