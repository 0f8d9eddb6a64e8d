import { expect, it } from 'vitest'
import { queryFingerprint } from './validate-sql.ts'

it.each([
  ['white space', 'SELECT  type\n\tFROM events '],
  ['comments', '-- who asks?\nSELECT/* what? */type FROM events -- that is all'],
  ['case', 'select TYPE from Events'],
])('knows a query again whatever its %s', (_what, sql) => {
  expect(queryFingerprint(sql)).toBe(queryFingerprint('SELECT type FROM events'))
})

it.each([
  ["SELECT 'a'", "SELECT 'A'"],
  ["SELECT 'a  b'", "SELECT 'a b'"],
  ["SELECT '--a'", "SELECT '--b'"],
  ['SELECT "a"', 'SELECT "A"'],
  ["SELECT 'it''s  it'", "SELECT 'it''s it'"],
  ['SELECT 1 - 2', 'SELECT 1 / 2'],
])('tells %s from %s', (one, other) => {
  expect(queryFingerprint(one)).not.toBe(queryFingerprint(other))
})
