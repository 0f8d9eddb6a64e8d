/** Answers as Parquet files: whole, with every value, by the rules of queries, and gone from the disk afterwards. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineEvents } from '@downlink/protocol'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { aCollector, aFolder } from './harness.ts'

const events = defineEvents({ died: z.object({ weapon: z.string(), x: z.number() }) })

async function anAsking(options: Parameters<typeof aCollector>[0] = {}) {
  const { listening, data, collector } = await aCollector({ events, ...options })
  const headers = { 'content-type': 'application/json', prefer: 'wait=60' }
  return {
    collector,
    send: (body: readonly unknown[]) =>
      fetch(`${listening.url}/telemetry`, { method: 'POST', body: JSON.stringify(body) }),
    ask: (sql: string) =>
      fetch(`${listening.url}/api/query/parquet`, { method: 'POST', headers, body: JSON.stringify({ sql }) }),
    left: () => readdir(join(data, 'exports')),
  }
}

/** What another database reads of the file. */
async function readBack(response: Response) {
  expect(response.status, await (response.ok ? '' : response.clone().text())).toBe(200)
  const file = join(await aFolder(), 'answer.parquet')
  await writeFile(file, Buffer.from(await response.arrayBuffer()))
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const rows = await connection.runAndReadAll(`FROM '${file}'`)
  return { names: rows.columnNames(), types: rows.columnTypes().map(String), rows: rows.getRowsJson() }
}

it('gives the rows of a query in their order, with its columns', async () => {
  const { send, ask, left } = await anAsking()
  await send(['bolt', 'rail', 'bolt'].map((weapon, x) => ({ type: 'died', data: { weapon, x } })))
  const response = await ask(
    "SELECT data->>'weapon' AS weapon, count(*) AS deaths, sum(seq) AS seqs FROM events GROUP BY weapon ORDER BY deaths DESC",
  )
  expect(response.headers.get('content-type')).toBe('application/vnd.apache.parquet')
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="downlink-answer.parquet"')
  expect(response.headers.get('downlink-rows')).toBe('2')
  expect(Number(response.headers.get('downlink-as-of'))).toBeGreaterThan(0)
  expect(await readBack(response)).toEqual({
    names: ['weapon', 'deaths', 'seqs'],
    types: ['VARCHAR', 'BIGINT', 'DECIMAL(38,0)'],
    rows: [
      ['bolt', '2', '4'],
      ['rail', '1', '2'],
    ],
  })
  await expect.poll(left).toEqual([])
})

it('says what a Parquet file can not hold', async () => {
  const { ask } = await anAsking()
  const response = await ask('SELECT INTERVAL (-1) YEAR AS since')
  expect([response.status, (await response.json()).error]).toEqual([
    400,
    { code: 'bad_sql', message: expect.stringContaining('negative intervals') },
  ])
})

it('holds whole numbers of 128 bits to the last digit, also in lists and structs', async () => {
  const { ask } = await anAsking()
  const big = '12345678901234567890123456789::HUGEINT'
  const sql = `SELECT {'HUGEINT': ${big}, 'n': 1} AS one, [${big}] AS many, map {'a': [${big}]} AS named`
  const { types, rows } = await readBack(await ask(sql))
  expect(types.join()).not.toContain('DOUBLE')
  expect(JSON.stringify(rows).match(/12345678901234567890123456789/g)).toHaveLength(3)
})

it('holds all rows, of which a result has the first', async () => {
  const { ask, collector } = await anAsking({ query: { maxRows: 10 } })
  const sql = 'SELECT range AS n FROM range(50000) ORDER BY n DESC'
  expect((await collector.query(sql)).rows).toHaveLength(10)
  const { rows } = await readBack(await ask(sql))
  expect(rows).toHaveLength(50_000)
  expect(rows.slice(0, 2)).toEqual([['49999'], ['49998']])
})

it.each([
  ['ends as a statement does', 'SELECT 1 AS n ;\n;', ['n'], [[1]]],
  ['ends with a comment', 'SELECT 1 AS n -- one; two', ['n'], [[1]]],
  ['has comments behind its end', 'SELECT 1 AS n; -- one; two\n/* three; */ ;', ['n'], [[1]]],
  ['holds what looks like its end, and a comment,', "SELECT '; -- ''one' AS n -- ';", ['n'], [["; -- 'one"]]],
  ['holds what looks like its end', "SELECT ';--' AS n", ['n'], [[';--']]],
  ['gives columns one name', 'SELECT 1 AS n, 2 AS N, 3 AS "a""b"', ['n', 'N_1', 'a"b'], [[1, 2, 3]]],
  ['begins with WITH', 'WITH a AS (SELECT 1 AS n) FROM a', ['n'], [[1]]],
  ['has no type', 'SELECT NULL AS n', ['n'], [[null]]],
  ['has no row', 'SELECT 1 AS n WHERE false', ['n'], []],
  ['keeps what a spreadsheet would run', 'SELECT \'=1+1\' AS "=n"', ['=n'], [['=1+1']]],
])('takes a query that %s', async (_, sql, names, rows) => {
  const { ask } = await anAsking()
  expect(await readBack(await ask(sql))).toMatchObject({ names, rows })
})

it.each([
  ['nothing but one SELECT', 'DELETE FROM events', 403, 'forbidden_sql'],
  ['two', 'SELECT 1; SELECT 2', 403, 'forbidden_sql'],
  ['a bracket that ends outside', "SELECT 1) TO '/tmp/x' --", 400, 'bad_sql'],
  ['a bracket that begins outside', 'SELECT 1) AS a, (SELECT 2', 400, 'bad_sql'],
  ['a file', "SELECT * FROM read_text('/etc/hostname')", 403, 'forbidden_sql'],
  ['a table that is not there', 'SELECT * FROM nothing', 403, 'forbidden_sql'],
  ['a failure in its midst', "SELECT ('x' || range)::INT FROM range(10)", 400, 'bad_sql'],
])('refuses %s as a query is, and leaves no file', async (_, sql, status, code) => {
  const { ask, left } = await anAsking()
  const response = await ask(sql)
  expect({ status: response.status, ...(await response.json()).error }).toMatchObject({ status, code })
  expect(await left()).toEqual([])
})

it('has the time of a query, and the room of a dump', async () => {
  const endless = 'SELECT sha256(range::VARCHAR) AS sum FROM range(100000000)'
  const hasty = await anAsking({ query: { timeLimitMs: 200 } })
  expect((await (await hasty.ask(endless)).json()).error.code).toBe('query_timeout')
  expect(await hasty.left()).toEqual([])
  const narrow = await anAsking({ query: { dumpMb: 1, timeLimitMs: 60_000 } })
  expect((await (await narrow.ask(endless)).json()).error.code).toBe('no_room')
  expect(await narrow.left()).toEqual([])
})

it('leaves nothing behind when a download is broken off', async () => {
  const { ask, left } = await anAsking()
  const response = await ask('SELECT sha256(range::VARCHAR) AS sum FROM range(500000)')
  await response.body?.cancel()
  await expect.poll(left).toEqual([])
})
