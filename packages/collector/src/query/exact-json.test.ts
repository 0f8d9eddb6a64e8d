import fc from 'fast-check'
import { expect, it } from 'vitest'
import { exactJson, exactNumber } from './exact-json.ts'

it.each([
  ['76561197960287930', '76561197960287930'],
  ['9007199254740993', '9007199254740993'],
  ['9007199254740992', 9007199254740992],
  ['18446744073709551615', '18446744073709551615'],
  ['-0', '-0'],
  ['-0.0', '-0.0'],
  ['0.0', 0],
  ['1E2', 100],
  ['1e-7', 1e-7],
  ['1e-400', '1e-400'],
  ['1.50', 1.5],
  ['0.1', 0.1],
  ['0.30000000000000004', 0.30000000000000004],
  ['0.12345678901234567890', '0.12345678901234567890'],
  ['1000000000000000000000', 1e21],
])('reads %s as %j', (text, value) => {
  expect(exactNumber(text)).toBe(value)
  expect(exactJson(`[${text}]`)).toEqual([value])
})

it('reads what JavaScript wrote as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value)
      expect(exactJson(text)).toEqual(JSON.parse(text))
    }),
  )
})

it('passes over digits in strings and keys', () => {
  const text = '{"9007199254740993\\"":"-0, 9007199254740993","a\\\\":[9007199254740993]}'
  expect(exactJson(text)).toEqual({ '9007199254740993"': '-0, 9007199254740993', 'a\\': ['9007199254740993'] })
  const long = `"${'\\"9'.repeat(300_000)}"`
  expect(exactJson(`[-0,${long}]`)).toEqual(['-0', JSON.parse(long)])
})

it('shows what is no JSON as it is', () => {
  expect(exactJson('{9007199254740993')).toBe('{9007199254740993')
})
