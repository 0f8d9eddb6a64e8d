/** Shows that the front answers as far as the real client asks: what stands on it stands on ClickHouse. */
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { expect, it, onTestFinished } from 'vitest'
import { startClickHouse } from './chdb-process.ts'
import { aClickHouse } from './clickhouse-process.ts'

function connect(url: string, options: Parameters<typeof createClient>[0] = {}) {
  const client = createClient({ url, log: { level: ClickHouseLogLevel.OFF }, ...options })
  onTestFinished(() => client.close())
  return client
}

it('takes rows and gives them back, with parameters, settings and compression', async () => {
  const { url } = await aClickHouse()
  await connect(url).command({ query: 'CREATE DATABASE game' })
  const client = connect(url, { database: 'game', compression: { request: true, response: true } })
  expect(await client.ping()).toMatchObject({ success: true })
  await client.command({ query: 'CREATE TABLE t (n UInt64, text String) ENGINE = MergeTree ORDER BY n' })
  const text = `it's "\\" \n\t\0 ü 😀`
  await client.insert({ table: 't', values: [{ n: '9007199254740993', text }], format: 'JSONEachRow' })
  const found = await client.query({
    query: 'SELECT text, n FROM t WHERE text = {text:String} AND n IN {ns:Array(UInt64)}',
    query_params: { text: `it's "\\" \n\t\0 ü 😀`, ns: [9007199254740993n] },
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
    format: 'JSONEachRow',
  })
  expect(await found.json()).toEqual([{ text, n: '9007199254740993' }])
})

it('refuses what the server refuses, with its codes, and keeps the settings of one request from the next', async () => {
  const { url } = await aClickHouse('secret')
  const client = connect(url, { password: 'secret' })
  const codeOf = (query: string, settings = {}) =>
    client.query({ query, clickhouse_settings: settings, format: 'JSONEachRow' }).then(
      () => 'answered',
      ({ code }) => code,
    )
  expect(await codeOf('SELEC 1')).toBe('62')
  expect(await codeOf('SELECT * FROM nowhere')).toBe('60')
  expect(await codeOf("SELECT ';'")).toBe('answered')
  expect(await codeOf('SELECT 1; SELECT 2')).toBe('62')
  expect(await codeOf("SELECT 1 INTO OUTFILE '/tmp/x'")).toBe('1')
  expect(await codeOf('CREATE TABLE t (n Int8) ENGINE = Memory', { readonly: '1' })).toBe('164')
  expect(await codeOf('SELECT 1 SETTINGS max_threads = 1, readonly = 0', { readonly: '1' })).toBe('164')
  expect(await codeOf('SELECT number FROM numbers(10)', { max_result_rows: '5', readonly: '1' })).toBe('396')
  expect(await codeOf('SELECT number FROM numbers(10)')).toBe('answered')
  const stranger = connect(url, { password: 'guessed' })
  await expect(stranger.query({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '516' })
})

it('keeps what it took when it is killed and started anew', async () => {
  const { url, folder, kill } = await aClickHouse()
  const client = connect(url)
  await client.command({ query: 'CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n' })
  await client.insert({ table: 't', values: [{ n: 1 }, { n: 2 }], format: 'JSONEachRow' })
  await kill()
  const again = await startClickHouse(folder, Number(new URL(url).port))
  onTestFinished(again.kill)
  const found = await client.query({ query: 'SELECT sum(n) AS sum FROM t', format: 'JSONEachRow' })
  expect(await found.json()).toEqual([{ sum: 3 }])
})
