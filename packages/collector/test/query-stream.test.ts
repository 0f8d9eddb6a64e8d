/** Answers of queries over HTTP: streamed, within their bounds, and never half a one that looks whole. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createEventPages } from '../src/query/event-pages.ts'
import { aCollector } from './harness.ts'
import { aReadStore } from './read-store-harness.ts'

const headers = { 'content-type': 'application/json', prefer: 'wait=60' }

const ask = (url: string, sql: string) =>
  fetch(`${url}/api/query`, { method: 'POST', headers, body: JSON.stringify({ sql }) })

/** Rows of 70 characters, of which the last can't be computed. */
const brokenLate = `SELECT sha256(range::VARCHAR), CASE WHEN range = 99999 THEN ('x' || range)::INT ELSE 1 END FROM range(100000)`

it('streams more than one piece as the object that it was', async () => {
  const { listening, collector } = await aCollector()
  const sql = "SELECT range, sha256(range::VARCHAR) AS sum, ['é', NULL] FROM range(5000)"
  const response = await ask(listening.url, sql)
  expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  const answer = await response.json()
  expect(answer.rows).toHaveLength(5000)
  expect(answer).toEqual(await collector.query(sql))
})

it('says at its end why an answer is not whole, with what was sent before', async () => {
  const { listening, collector } = await aCollector({ query: { maxRows: 1_000_000, maxResultBytes: 100_000_000 } })
  const response = await ask(listening.url, brokenLate)
  expect(response.status).toBe(200)
  const answer = await response.json()
  expect(answer).toMatchObject({
    truncated: true,
    error: { code: 'bad_sql', message: expect.stringContaining('Conversion') },
  })
  expect(answer.rows[0]).toHaveLength(2)
  await expect(collector.query(brokenLate)).rejects.toMatchObject({ code: 'bad_sql' })
})

it('has a status for what fails before anything was sent', async () => {
  const { listening } = await aCollector()
  const response = await ask(listening.url, "SELECT range, ('x' || range)::INT FROM range(10)")
  expect(response.status).toBe(400)
  expect((await response.json()).error.code).toBe('bad_sql')
})

/** More than sockets and streams between the two hold. */
const endless = 'SELECT sha256(range::VARCHAR) FROM range(1000000)'
const onlyOne = { maxConcurrent: 1, maxWaiting: 1, maxRows: 1_000_000, maxResultBytes: 100_000_000 }

/** An answer whose reader has had its head, and no more. */
async function anAnswerUnread(url: string) {
  const asked = request(`${url}/api/query`, { method: 'POST', headers }).on('error', () => {})
  asked.end(JSON.stringify({ sql: endless }))
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  onTestFinished(() => void asked.destroy())
  return { asked, status: response.pause().statusCode }
}

it('frees its place at once for one who leaves in the midst of an answer', async () => {
  const { listening } = await aCollector({ query: { ...onlyOne, timeLimitMs: 60_000 } })
  const { asked, status } = await anAnswerUnread(listening.url)
  expect(status).toBe(200)
  asked.destroy()
  expect(await (await ask(listening.url, 'SELECT 1')).json()).toMatchObject({ rows: [[1]] })
})

it('frees its place in time where nobody reads the answer', async () => {
  const { listening } = await aCollector({ query: { ...onlyOne, timeLimitMs: 1500 } })
  await anAnswerUnread(listening.url)
  expect(await (await ask(listening.url, 'SELECT 1')).json()).toMatchObject({ rows: [[1]] })
})

it.each([
  ['a list', 'SELECT list(range) FROM range(10000000)'],
  ['lists of many rows', 'SELECT list(range) FROM range(10000000) GROUP BY range % 100'],
  [
    'a list of text',
    "SELECT list('some text that is not held in the head of the string ' || range) FROM range(300000)",
  ],
  ['a list in a struct in a list', 'SELECT [{a: list(range)}] FROM range(2000000)'],
  ['a map', 'SELECT histogram(range) FROM range(2000000)'],
  ['text', "SELECT string_agg('0123456789', '') FROM range(1000000)"],
  ['bytes', "SELECT string_agg('0123456789', '')::BLOB FROM range(1000000)"],
  ['JSON', 'SELECT json_group_array(range) FROM range(2000000)'],
])('refuses %s too large for an answer, without making it an object', async (_what, sql) => {
  const store = await aReadStore()
  await store.query('SELECT 1')
  const written = vi.spyOn(JSON, 'stringify')
  onTestFinished(() => written.mockRestore())
  await expect(store.query(sql)).rejects.toMatchObject({
    code: 'query_too_large',
    message: expect.stringContaining('first rows alone'),
  })
  expect(Math.max(...written.mock.results.map(({ value }) => String(value).length))).toBeLessThan(1000)
})

it('ends before a value that is too large, whatever came before it', async () => {
  const store = await aReadStore({ limits: { maxResultBytes: 10_000 } })
  const { rows, truncated } = await store.query(
    "SELECT string_agg('x', '') FROM range(30000) GROUP BY range < 10 ORDER BY 1",
  )
  expect({ rows, truncated }).toEqual({ rows: [['xxxxxxxxxx']], truncated: true })
})

it('counts a value that lies beside NULL, in a list, a struct, a map or a list of lists', async () => {
  const store = await aReadStore({ limits: { maxResultBytes: 300 } })
  const text = "'a text of more than twelve characters ' || range"
  const values = [`[NULL, ${text}]`, `{a: NULL, b: ${text}}`, `MAP {range: ${text}}`, `[[${text}], NULL, []]`]
  for (const value of values) {
    const sql = `SELECT CASE WHEN range % 2 = 0 THEN ${value} END FROM range(100)`
    const { rows, truncated } = await store.query(sql)
    expect(truncated, sql).toBe(true)
    expect(rows.length, sql).toBeGreaterThan(1)
    expect(rows.length, sql).toBeLessThan(20)
  }
})

it('counts the names of columns, too', async () => {
  const store = await aReadStore({ limits: { maxResultBytes: 3000 } })
  const names = Array.from({ length: 8 }, (_, at) => `1 AS "${'n'.repeat(400)}${at}"`)
  await expect(store.query(`SELECT ${names}`)).rejects.toMatchObject({
    code: 'query_too_large',
    message: expect.stringContaining('columns'),
  })
})

it('takes no more text out of the database than a page of events holds', async () => {
  const store = await aReadStore()
  const data = JSON.stringify({ text: 'x'.repeat(60_000) })
  for (let count = 0; count < 300; count++) await store.commit('x', data)
  const decoded = vi.spyOn(TextDecoder.prototype, 'decode')
  onTestFinished(() => decoded.mockRestore())
  const { events, next } = await createEventPages(store.readers).stored({ session: 's', after: 0, limit: 1000 })
  const taken = decoded.mock.results.filter(({ value }) => String(value).length > 60_000)
  expect(taken).toHaveLength(events.length + 1)
  expect(events.length).toBeLessThan(150)
  expect(next).toBe(events.length)
})
