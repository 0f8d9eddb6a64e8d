import { InvalidArgumentError } from 'commander'
import { array, assert, constantFrom, integer, property, string } from 'fast-check'
import { expect, it } from 'vitest'
import { epochSeconds, filled, isoTime, jsonArgv, jsonArgvList, keyValue, nameList } from './values.ts'

const refused = (read: (text: string) => unknown, texts: readonly string[], expected: RegExp): void => {
  for (const text of texts) {
    const reading = (): unknown => read(text)
    expect(reading, text).toThrow(InvalidArgumentError)
    expect(reading, text).toThrow(expected)
  }
}

it('reads a time that is the same moment everywhere', () => {
  const newYear = Date.UTC(2026, 0, 1)
  expect(isoTime('2026-01-01T00:00:00Z')).toBe(newYear)
  expect(isoTime('2026-01-01')).toBe(newYear)
  expect(isoTime('2026-01-01T02:00+02:00')).toBe(newYear)
  expect(isoTime('2026-01-01T00:00:00.250Z')).toBe(newYear + 250)
  const strange = ['', 'now', '2026', '2026-01-01T00:00:00', '2026-13-01', '2026-02-30T00:00:00Z', '1969-12-31']
  refused(isoTime, [...strange, '2026-01-01T25:00Z', '2026-01-01T00:00:00.1234Z'], /ISO 8601 with its zone/)
})

it('reads whole seconds since 1970', () => {
  expect(epochSeconds('1767225600')).toBe(Date.UTC(2026, 0, 1))
  expect(epochSeconds('0')).toBe(0)
  refused(epochSeconds, ['', '-1', '1.5', '1e3', 'now', '253402300800'], /whole seconds since 1970/)
})

it('cuts key and value at the first sign of equality', () => {
  expect(keyValue('a=b=c')).toEqual([['a', 'b=c']])
  expect(keyValue('empty=', [['a', 'b']])).toEqual([
    ['a', 'b'],
    ['empty', ''],
  ])
  refused(keyValue, ['', 'a', '=b', 'signal=s'], /key=value/)
  expect(keyValue('signals=s')).toEqual([['signals', 's']])
})

it('gathers names, each once', () => {
  expect(nameList('json, csv', ['ndjson', 'csv'])).toEqual(['ndjson', 'csv', 'json'])
  refused(nameList, ['', 'json,', ',', 'json,,csv'], /commas between/)
})

it('takes commands as arrays of text only', () => {
  expect(jsonArgv('["a","b c"]', [['before']])).toEqual([['before'], ['a', 'b c']])
  const noArgv = ['', 'a b', '[]', '[""]', '[1]', '["a",null]', '{"0":"a"}', '"a"', 'null']
  for (const text of [...noArgv, '[["a"]]']) {
    expect(() => jsonArgv(text), text).toThrow(expect.objectContaining({ code: 'bad_usage' }))
  }
  expect(jsonArgvList('[["a"],["b","c"]]')).toEqual([['a'], ['b', 'c']])
  expect(jsonArgvList('[]')).toEqual([])
  refused(jsonArgvList, ['', 'a', '["a"]', '[[]]', '[["a"],[1]]', '{}'], /JSON array of commands/)
})

it('takes no emptiness for a path', () => {
  expect(filled(' a ')).toBe(' a ')
  refused(filled, ['', '  '], /not to be empty/)
})

it('gives back whatever was spelled, character by character', () => {
  const key = string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('=') && text !== 'signal')
  const text = string({ unit: 'grapheme' })
  assert(
    property(key, text, (name, value) => {
      expect(keyValue(`${name}=${value}`)).toEqual([[name, value]])
    }),
  )
  const program = string({ minLength: 1 })
  assert(
    property(program, array(text), (first, rest) => {
      expect(jsonArgv(JSON.stringify([first, ...rest]))).toEqual([[first, ...rest]])
    }),
  )
  const ms = integer({ min: 0, max: Date.UTC(9999, 11, 31) })
  assert(
    property(
      ms,
      constantFrom('Z', '+00:00'),
      (at, zone) => isoTime(new Date(at).toISOString().replace('Z', zone)) === at,
    ),
  )
})
