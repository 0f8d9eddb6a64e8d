import { expect, it } from 'vitest'
import { findErrorPlace } from './error-place.ts'
import { nameOf, questionText } from './question-text.ts'
import { readHistory, remember } from './sql-history.ts'

const marked = (sql: string, message: string) => {
  const place = findErrorPlace(sql, message)
  return place && sql.slice(place.from, place.to)
}

it('finds the place that the database points at', () => {
  const sql = 'SELECT 1,\n  nothing_such\nFROM events'
  expect(marked(sql, 'Binder Error: no column\n\nLINE 2:   nothing_such\n          ^')).toBe('nothing_such')
  expect(
    marked('SELECT x FROM y', 'Catalog Error: no table y\n\nLINE 1: SELECT x FROM y\n                      ^'),
  ).toBe('y')
  const long = `SELECT ${'1, '.repeat(60)}wrong, ${'2, '.repeat(60)}3`
  expect(
    marked(long, `Binder Error: no\n\nLINE 1: ...${long.slice(150, 230)}...\n        ${' '.repeat(3 + 187 - 150)}^`),
  ).toBe('wrong')
  expect(marked('SELECT FORM x', 'Parser Error: syntax error at or near "form"')).toBe('FORM')
  expect(marked('SELECT 1', 'The query took too long.')).toBeUndefined()
})

it('remembers what was asked, newest first and once', () => {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  }
  for (let at = 0; at < 60; at++) remember(storage, { sql: `SELECT ${at}`, atMs: at })
  remember(storage, { sql: 'SELECT 30', atMs: 99 })
  expect(readHistory(storage)).toHaveLength(50)
  expect(readHistory(storage).slice(0, 2)).toEqual([
    { sql: 'SELECT 30', atMs: 99 },
    { sql: 'SELECT 59', atMs: 59 },
  ])
  kept.set('downlink-sql-history', '{"a":')
  expect(readHistory(storage)).toEqual([])
  const full = {
    ...storage,
    setItem: () => {
      throw new Error('full')
    },
  }
  expect(remember(full, { sql: 'SELECT 1', atMs: 1 })).toEqual([{ sql: 'SELECT 1', atMs: 1 }])
})

it('writes the file of a question', () => {
  expect(nameOf('Où meurent-ils ?')).toBe('ou-meurent-ils')
  expect(nameOf('どこ')).toBe('question')
  const chart = { kind: 'bar', x: 'a', y: ['b', 'c'], by: 'd' } as const
  const sql = '-- mine */ all\nSELECT 1'
  expect(questionText({ title: 'A\n-- label x: y', answers: ' B ', chart, sql })).toBe(
    '-- title: A -- label x: y\n-- answers: B\n-- chart: bar x=a y=b,c by=d\n/* mine * / all */\nSELECT 1\n',
  )
})

it('finds what ClickHouse counts in bytes, or names', () => {
  const sql = "SELECT 'ü', FROM x"
  const message = 'Syntax error: failed at position 19 (x) (line 1, col 19): x. Expected one of: … (SYNTAX_ERROR)'
  expect(findErrorPlace(sql, message)).toEqual({ from: 17, to: 18 })
  const unknown = 'Unknown expression identifier `typ` in scope SELECT typ FROM events. (UNKNOWN_IDENTIFIER)'
  expect(findErrorPlace('SELECT typ FROM events', unknown)).toEqual({ from: 7, to: 10 })
})
