/** Downloads: whole, safe to open, and gone from the disk afterwards. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineEvents } from '@downlink/protocol'
import { DuckDBInstance } from '@duckdb/node-api'
import Papa from 'papaparse'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { aCollector, aFolder } from './harness.ts'

const events = defineEvents({
  hit: z.object({ shipId: z.string(), damage: z.number() }),
  said: z.object({ '=text': z.string() }),
  any: z.unknown(),
})

async function anExporting() {
  const { listening, data } = await aCollector({ events })
  return {
    data,
    send: (body: unknown[]) => fetch(`${listening.url}/telemetry`, { method: 'POST', body: JSON.stringify(body) }),
    download: (query: string) => fetch(`${listening.url}/api/export?${query}`),
    left: () => readdir(join(data, 'exports')),
  }
}

it('writes one event a line', async () => {
  const { send, download, left } = await anExporting()
  await send([{ type: 'hit', timestamp: 1000, version: 2, data: { shipId: 'ünïcode\n', damage: -1.5 } }])
  const response = await download('format=ndjson')
  expect(response.headers.get('content-type')).toBe('application/x-ndjson')
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="downlink-events.ndjson"')
  const text = await response.text()
  expect(text.trim().split('\n')).toHaveLength(1)
  expect(JSON.parse(text)).toMatchObject({
    id: expect.stringMatching(/^plain:.+:1$/),
    type: 'hit',
    timestamp: 1000,
    data: { shipId: 'ünïcode\n', damage: -1.5 },
    seq: 1,
    version: 2,
  })
  await expect.poll(left).toEqual([])
})

it('writes CSV that no spreadsheet runs', async () => {
  const { send, download } = await anExporting()
  const dangerous = ['=1+1', '+1', '-1', '@x', '\tx', '\rx', '＝1']
  await send([
    ...dangerous.map((text) => ({ type: 'said', data: { '=text': text } })),
    { type: 'said', data: { '=text': 'a "quoted", b=c' } },
  ])
  const text = await (await download('format=csv&type=said')).text()
  const [header, ...lines] = text.trimEnd().split('\n')
  expect(header).toBe("session_id,seq,ts,corrected_ts,received_at,'=text")
  const cells = lines.map((line) => line.replace(/^[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,/, ''))
  expect(cells).toEqual([...dangerous.slice(0, 5).map((cell) => `'${cell}`), `"'\rx"`, "'＝1", '"a ""quoted"", b=c"'])
})

it('guards text against spreadsheets by the rule of the artifacts, and leaves JSON alone', async () => {
  const { send, download } = await anExporting()
  await send([-5, -0.5e-7, '-5', [-5]].map((data) => ({ type: 'any', data })))
  await send([{ type: 'said', data: { '=text': '\n=1' } }])
  const cells = async (type: string) => {
    const text = await (await download(`format=csv&type=${type}`)).text()
    return Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data
  }
  expect((await cells('any')).map(({ data }) => data)).toEqual(['-5', '-5e-8', '"-5"', '[-5]'])
  expect((await cells('said')).map((row) => row["'=text"])).toEqual(["'\n=1"])
})

it('leaves numbers in CSV as numbers, and times in ISO', async () => {
  const { send, download } = await anExporting()
  await send([{ type: 'hit', timestamp: 1000, data: { shipId: 'r1', damage: -1.5 } }])
  expect(await (await download('format=csv&type=hit')).text()).toMatch(
    /,1,(1970-01-01T00:00:01\.000Z,){2}[^,]+Z,r1,-1\.5\n$/,
  )
  await send([{ type: 'any', timestamp: 1030.25, data: 1 }])
  expect(await (await download('format=csv&type=any')).text()).toMatch(/,1,(1970-01-01T00:00:01\.03025Z,){2}/)
})

it('writes Parquet that reads back', async () => {
  const { send, download } = await anExporting()
  await send(
    Array.from({ length: 100 }, (_, at) => ({ type: at % 2 ? 'hit' : 'said', data: { shipId: 'r1', damage: at } })),
  )
  const response = await download('format=parquet&type=hit')
  const bytes = Buffer.from(await response.arrayBuffer())
  expect(Number(response.headers.get('content-length'))).toBe(bytes.length)
  const file = join(await aFolder(), 'hit.parquet')
  await writeFile(file, bytes)
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const result = await connection.runAndReadAll(`SELECT count(*)::INT, sum(damage) FROM '${file}'`)
  expect(result.getRowsJS()).toEqual([[50, 2500]])
})

it('exports a type that nobody defined, and one session alone', async () => {
  const { send, download } = await anExporting()
  const answer = await (await send([{ type: 'hit', data: { shipId: 'a', damage: 1 } }])).json()
  expect(answer.ack).toBe(1)
  await send([{ type: 'hit', data: { shipId: 'b', damage: 1 } }])
  expect(await (await download("format=ndjson&type=o'dd")).text()).toBe('')
  const all = (await (await download('format=ndjson')).text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(all).toHaveLength(2)
  const one = await (await download(`format=ndjson&session=${encodeURIComponent(all[0].sessionId)}`)).text()
  expect(JSON.parse(one).sessionId).toBe(all[0].sessionId)
})

it('leaves nothing behind when a download is broken off, and clears up what a crash left', async () => {
  const { data, send, download, left } = await anExporting()
  const big = Array.from({ length: 40 }, (_, at) => ({
    type: 'hit',
    data: { shipId: `${at}`.repeat(2000), damage: at },
  }))
  for (let at = 0; at < 20; at++) await send(big)
  const response = await download('format=ndjson')
  await response.body?.cancel()
  await expect.poll(left).toEqual([])

  const crashed = await aFolder()
  const first = await aCollector({ data: crashed })
  await writeFile(join(crashed, 'exports', 'export-left.csv'), 'x')
  await first.stop()
  await aCollector({ data: crashed })
  expect(await readdir(join(crashed, 'exports'))).toEqual([])
  expect(data).not.toBe(crashed)
})
