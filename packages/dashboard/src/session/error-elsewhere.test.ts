import { expect, it } from 'vitest'
import { duckdb } from '../dialect/duckdb.ts'
import { elsewhereSql, errorMark } from './error-elsewhere.ts'

it.each([
  [
    { stack: 'at x', message: 'No hull' },
    { key: 'message', text: 'No hull' },
  ],
  [
    { reason: 'lost', message: '' },
    { key: 'reason', text: 'lost' },
  ],
  [{ code: 7 }, undefined],
  ['No hull', undefined],
  [null, undefined],
])('%j is known by %j', (data, mark) => {
  expect(errorMark(data)).toEqual(mark)
})

const anError = {
  id: 's:1',
  sessionId: 's',
  seq: 1,
  type: "o'error",
  timestamp: 0,
  correctedTimestamp: 0,
  receivedAt: 0,
  data: { message: "it's" },
}

it('asks for the same error of the same build, elsewhere', () => {
  const sql = elsewhereSql(anError, '1.4', duckdb)
  expect(sql).toContain("type = 'o''error'")
  expect(sql).toContain("(data->>'message') = 'it''s'")
  expect(sql).toContain("build = '1.4' AND session_id <> 's'")
  expect(elsewhereSql({ ...anError, data: null }, undefined, duckdb)).toContain('build IS NULL')
})

it.each([
  ['x'.repeat(20_000), `starts_with((data->>'message'), '${'x'.repeat(2000)}')`],
  [`${'x'.repeat(1999)}😀`, `starts_with((data->>'message'), '${'x'.repeat(1999)}')`],
  ['a\0b', "starts_with((data->>'message'), 'a')"],
])('compares the beginning of a message that no query has room for', (message, condition) => {
  expect(elsewhereSql({ ...anError, data: { message } }, '1.4', duckdb)).toContain(`AND ${condition}\n`)
})
