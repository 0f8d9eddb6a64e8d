/** What is stored is what was sent: the payload's own text, digit by digit. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineEvents } from '@downlink/protocol'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import Papa from 'papaparse'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { aClient, aCollector, aFolder, onceStored, post, rowsOf } from './harness.ts'

const numbers = '[76561197960287930,9007199254740993,18446744073709551615,-0,0.12345678901234567890,1E2,1e-7]'

it.each([
  ['numbers that no double holds', numbers],
  ['white space and escapes', '{ "a" :\n"\\u0061\\/\\ud83d\\ude00\\u0000" }'],
  ['__proto__ as a key', '{"__proto__":{"constructor":1}}'],
])('stores %s', async (_, text) => {
  const { listening, data, stop } = await aCollector()
  const client = await aClient(listening)
  await client.hello()
  client.sendText(
    `{"t":"batch","seq":1,"pushed":2,"events":[{"drop":{"overflow":1}}, {"type":"x","timestamp":1,"data":${text}}]}`,
  )
  await client.next()
  client.sendText(
    `{"t":"batch","seq":3,"pushed":3,"later":{"events":[1]},"events":[{"data":${text},"more":1,"type":"x","timestamp":1}]}`,
  )
  await client.next()
  await post(listening, `[{"type":"plain","data":${text},"id": ${text}}]`)
  await post(
    listening,
    `{"type":"plain","data":1}\r\n{"id": 1,"type":"plain","data":${text.replaceAll('\n', ' ')}}\r\n`,
  )
  await stop()
  expect(await rowsOf(data, "SELECT DISTINCT data::VARCHAR FROM events WHERE type = 'x'")).toEqual([[text]])
  const plain = await rowsOf(
    data,
    "SELECT data::VARCHAR, envelope::VARCHAR FROM events WHERE type = 'plain' ORDER BY received_at, seq",
  )
  expect(plain).toEqual([
    [text, `{"id":${text}}`],
    ['1', null],
    [text.replaceAll('\n', ' '), '{"id":1}'],
  ])
})

it('rejects what its readers would read differently, and keeps it whole', async () => {
  const { listening, data, stop } = await aCollector()
  const rejected: [code: string, raw: string][] = [
    ['duplicate_key', '{"type":"x","data":{"a":1,"a":2}}'],
    ['duplicate_key', '{"type":"x","data":1,"id":{"a":1,"\\u0061":2}}'],
    ['duplicate_key', '{"type":"x","data":1,"id":1,"id":2}'],
    ['bad_number', '{"type":"x","data":1e400}'],
    ['bad_number', '{"type":"x","id":[-1e400]}'],
    ['bad_text', '{"type":"x","data":"\\ud800"}'],
    ['bad_text', '{"type":"x","id":{"\\udc00":1}}'],
    ['bad_text', '{"type":"a\\u0000b"}'],
    ['bad_event', `{"data": "${'é'.repeat(30_000)}"}`],
    ['bad_event', '"text"'],
  ]
  await post(listening, `[${rejected.map(([, raw]) => raw)},{"type":"x"}]`)
  await post(listening, '{"type":"x"}\nno JSON')
  await stop()
  expect(await rowsOf(data, 'SELECT code, raw FROM rejected_events ORDER BY received_at, seq')).toEqual([
    ...rejected,
    ['bad_event', 'no JSON'],
  ])
})

const given = z.unknown().meta({ type: 'integer' })
const events = defineEvents({ scored: z.object({ id: given, n: z.int(), x: z.number(), more: z.object({}) }) })
const id = '76561197960287930'
const scored = `{"id":${id},"n":9007199254740991,"x":-0,"more":{"u":18446744073709551615,"d":[0.12345678901234567890]}}`

async function aScore() {
  const { listening } = await aCollector({ events })
  await post(listening, `[{"type":"scored","timestamp":1000,"data":${scored},"id":${id}}]`)
  const download = (format: string, type = '') =>
    fetch(`${listening.url}/api/dump?format=${format}${type}`, { headers: onceStored })
  return {
    listening,
    download,
    async query(sql: string) {
      const response = await fetch(`${listening.url}/api/query`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', prefer: 'wait=60' },
        body: JSON.stringify({ sql }),
      })
      return (await response.json()).rows
    },
    async parquet(sql: string, type = '') {
      const file = join(await aFolder(), 'x.parquet')
      await writeFile(file, Buffer.from(await (await download('parquet', type)).arrayBuffer()))
      const connection = await (await DuckDBInstance.create(':memory:')).connect()
      return (await connection.runAndReadAll(sql.replace('FILE', `'${file}'`))).getRows()
    },
  }
}

it('answers with every digit: as text, where a number of JavaScript would be another one', async () => {
  const { query, listening } = await aScore()
  const read = {
    id,
    n: 9007199254740991,
    x: '-0',
    more: { u: '18446744073709551615', d: ['0.12345678901234567890'] },
  }
  expect(await query('SELECT data, envelope, data::VARCHAR, envelope::VARCHAR FROM events')).toEqual([
    [read, { id }, scored, `{"id":${id}}`],
  ])
  expect(await query('SELECT id, n, x, id + 1 FROM scored')).toEqual([[id, 9007199254740991, 0, '76561197960287931']])
  const { events: page } = await (await fetch(`${listening.url}/api/events`, { headers: { prefer: 'wait=60' } })).json()
  expect(page).toMatchObject([{ data: read, envelope: { id } }])
})

it('exports every digit', async () => {
  const { download, parquet } = await aScore()
  expect(await (await download('ndjson')).text()).toContain(`"data":${scored},`)
  expect(await (await download('ndjson')).text()).toContain(`"envelope":{"id":${id}}`)
  const rowOf = async (type?: string) =>
    Papa.parse<Record<string, string>>(await (await download('csv', type)).text(), { header: true }).data[0]
  expect(await rowOf()).toMatchObject({ data: scored, envelope: `{"id":${id}}` })
  expect(await rowOf('&type=scored')).toMatchObject({ id, n: '9007199254740991' })
  expect(await parquet('SELECT data, envelope FROM FILE')).toEqual([[scored, `{"id":${id}}`]])
  expect(await parquet('SELECT id::VARCHAR, n::VARCHAR, typeof(id) FROM FILE', '&type=scored')).toEqual([
    [id, '9007199254740991', 'DECIMAL(38,0)'],
  ])
})

it('exports payloads with line breaks as one line each', async () => {
  const { listening } = await aCollector()
  const data = '{"a":\r\n[1,\t"\\n\\u0000\\u2028"]\n}'
  await post(listening, `[{"type":"x","timestamp":1,"data":${data},"note" :[\n]},{"type":"q\\"\\n;,","data":null}]`)
  const text = await (await fetch(`${listening.url}/api/dump?format=ndjson`, { headers: onceStored })).text()
  const lines = text.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { type: 'x', timestamp: 1, correctedTimestamp: 1, data: JSON.parse(data), envelope: { note: [] }, version: null },
    { type: 'q"\n;,', data: null, envelope: null },
  ])
})

it('stores only what the database reads as JavaScript does', async () => {
  const long = '1'.repeat(20_000)
  const odd = [
    '{"\\u0000":1,"\\u0000b":2}',
    `0.${long}`,
    '1'.repeat(300),
    '1e308',
    '5e-324',
    '1e-400',
    '"\uffff\u2028"',
  ]
  const { listening, data, stop } = await aCollector()
  const lines = [...odd, ...fc.sample(fc.json(), 1000)].map((text) => `{"type":"x","data":${text}}`)
  await post(listening, lines.slice(0, odd.length).join('\n'))
  await post(listening, lines.slice(odd.length).join('\n'))
  await stop()
  const rows = await rowsOf(data, "SELECT data::VARCHAR, json_extract(data, '$')::VARCHAR FROM events")
  expect(rows.length).toBeGreaterThan(900)
  for (const [text, read] of rows) {
    expect(JSON.stringify(JSON.parse(String(read)))).toBe(JSON.stringify(JSON.parse(String(text))))
  }
})
