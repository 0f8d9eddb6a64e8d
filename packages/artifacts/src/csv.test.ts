import fc from 'fast-check'
import Papa from 'papaparse'
import { expect, it } from 'vitest'
import { toCsv } from './csv.ts'
import type { Cell } from './table.ts'

const one = (cell: Cell): string => toCsv({ columns: ['a', 'b'], rows: [[cell, 'x']] })
const line = (cell: Cell): string => one(cell).slice('a,b\n'.length, -',x\n'.length)
const read = (csv: string) => Papa.parse<string[]>(csv, { delimiter: ',', newline: '\n' }).data

it('ends each line with LF and quotes only what needs it', () => {
  expect(toCsv({ columns: ['name', 'note'], rows: [['Ada', 'said "hi", then\nleft']] })).toBe(
    'name,note\nAda,"said ""hi"", then\nleft"\n',
  )
  expect(toCsv({ columns: ['a', 'b'], rows: [] })).toBe('a,b\n')
})

it.each([
  ['null', null, ''],
  ['undefined', undefined, ''],
  ['the empty string', '', '""'],
  ['true', true, 'true'],
  ['false', false, 'false'],
  ['zero', 0, '0'],
  ['a negative number', -12.5, '-12.5'],
  ['no number', Number.NaN, 'NaN'],
  ['a negative infinity', -Infinity, '-Infinity'],
  ['a bigint', -76561197960287930n, '-76561197960287930'],
  ['an object', { b: 1, a: [null] }, '"{""a"":[null],""b"":1}"'],
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['a date that is none', new Date(Number.NaN), 'Invalid Date'],
  ['emoji', '🚀 née', '🚀 née'],
  ['half a character', 'a\uD83D', 'a\uFFFD'],
])('writes %s', (_name, cell, expected) => {
  expect(line(cell)).toBe(expected)
})

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠1'])(
  'keeps a spreadsheet from running %j',
  (text) => {
    expect(read(one(text))[1]?.[0]).toBe(`'${text}`)
    expect(read(toCsv({ columns: [text], rows: [['a']] }))[0]?.[0]).toBe(`'${text}`)
  },
)

it('does not lose a row whose only cell is empty', () => {
  expect(toCsv({ columns: ['a'], rows: [[null], ['']] })).toBe('a\n""\n""\n')
})

it('is read back by another parser, cell by cell', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', '=', '-', "'", ' ', '\t', 'a', '🚀', '\u0000') }),
    fc.double(),
    fc.constantFrom(null, '', true),
  )
  const table = fc.integer({ min: 2, max: 5 }).chain((width) => {
    const row = fc.array(cell, { minLength: width, maxLength: width })
    return fc.record({ width: fc.constant(width), rows: fc.array(row, { maxLength: 8 }) })
  })
  fc.assert(
    fc.property(table, ({ width, rows }) => {
      const columns = Array.from({ length: width }, (_, at) => `column_${at}`)
      const csv = toCsv({ columns, rows })
      const { data, errors } = Papa.parse<string[]>(csv, { delimiter: ',', newline: '\n' })
      expect(errors).toEqual([])
      // The last line break begins no row.
      expect(data.pop()).toEqual([''])
      expect(data).toEqual([columns, ...rows.map((row) => row.map(shown))])
    }),
  )
})

/** What a cell reads as. */
function shown(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell)
  const text = cell.replace(/[\uD800-\uDFFF]/gu, '\uFFFD')
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text
}
