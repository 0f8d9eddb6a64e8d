import { expect, it } from 'vitest'
import { ApiError } from '../api.ts'
import { narrowSql } from '../questions/narrow-sql.ts'
import { clickhouse } from './clickhouse.ts'
import { parsedJson } from './dialect.ts'
import { duckdb } from './duckdb.ts'
import { createDialectSource } from './use-dialect.ts'

it('writes a hostile value as a value', () => {
  expect(clickhouse.quoteText("a\\' OR 1 --\0")).toBe("'a\\\\'' OR 1 --\\0'")
  expect(clickhouse.quoteName('a`b\\')).toBe('`a``b\\\\`')
  expect(duckdb.quoteText("a\\' OR 1")).toBe("'a\\'' OR 1'")
})

it('leads into JSON by a pointer, or key by key', () => {
  expect(duckdb.keys(['gun', 'a/b'])).toBe("'/gun/a~1b'")
  expect(clickhouse.keys(['gun', 'a/b'])).toBe("'gun', 'a/b'")
  expect(duckdb.textAt('labels', '$x')).toBe("(labels->>'/$x')")
})

it('sees what a query names also behind text that ends with a backslash', () => {
  const tables = new Map([['events', [{ name: 'session_id', type: 'String' }]]])
  const sql = `SELECT ${clickhouse.quoteText('it\\')}, count() FROM events`
  const narrowed = narrowSql(sql, { build: '1', labels: new Map() }, { database: 'game', tables }, clickhouse)
  expect(narrowed).toMatch(/^WITH `events` AS \(SELECT \* FROM `game`\.`events` WHERE .*game\.sessions/)
})

it('takes JSON as a value and as text', () => {
  expect([{ a: 1 }, '{"a":1}', 'no JSON', ''].map(parsedJson)).toEqual([{ a: 1 }, { a: 1 }, null, null])
})

it('asks once what the dialect is, and anew where nobody told', async () => {
  const answers = [() => Promise.reject(new Error('away')), async () => 'clickhouse' as const]
  const source = createDialectSource(() => (answers.shift() ?? Promise.reject)())
  await expect(source.get()).rejects.toThrow('away')
  expect(await source.get()).toBe(clickhouse)
  expect(source.get()).toBe(source.get())
})

it('leaves whoever asks without a token to the form for it', async () => {
  const source = createDialectSource(async () => {
    throw new ApiError(401, 'unauthorised', 'Show a token.')
  })
  const settled = await Promise.race([
    source.get().then(String, String),
    new Promise((resolve) => setImmediate(resolve, 'waits')),
  ])
  expect(settled).toBe('waits')
})
