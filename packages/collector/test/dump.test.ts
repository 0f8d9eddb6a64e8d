/** Dumps: whole, safe to open, narrowed by whoever asks and by nothing else, and gone from the disk afterwards. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { guardFormula } from '@downlink/artifacts'
import { defineEvents } from '@downlink/protocol'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import Papa from 'papaparse'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { aClient, aCollector, aFolder, aHello, onceStored } from './harness.ts'

const events = defineEvents({
  hit: z.object({ shipId: z.string(), damage: z.number() }),
  said: z.object({ '=text': z.string() }),
  any: z.unknown(),
})

async function aDumping() {
  const { listening, data } = await aCollector({ events })
  return {
    data,
    send: (body: unknown[]) => fetch(`${listening.url}/telemetry`, { method: 'POST', body: JSON.stringify(body) }),
    download: (query: string) => fetch(`${listening.url}/api/dump?${query}`, { headers: onceStored }),
    left: () => readdir(join(data, 'exports')),
  }
}

it('writes one event a line', async () => {
  const { send, download, left } = await aDumping()
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
  const { send, download } = await aDumping()
  const dangerous = ['=1+1', '+1', '-1', '@x', '\tx', '\rx', '＝1']
  await send([
    ...dangerous.map((text) => ({ type: 'said', data: { '=text': text } })),
    { type: 'said', data: { '=text': 'a "quoted", b=c' } },
  ])
  const text = await (await download('format=csv&type=said')).text()
  const [header, ...lines] = text.trimEnd().split('\n')
  expect(header).toBe("session_id,seq,ts,corrected_ts,received_at,context,'=text")
  const cells = lines.map((line) => line.replace(/^[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,/, ''))
  expect(cells).toEqual([...dangerous.slice(0, 5).map((cell) => `'${cell}`), `"'\rx"`, "'＝1", '"a ""quoted"", b=c"'])
})

it('guards text against spreadsheets by the rule of the artifacts, and leaves JSON alone', async () => {
  const { send, download } = await aDumping()
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
  const { send, download } = await aDumping()
  await send([{ type: 'hit', timestamp: 1000, data: { shipId: 'r1', damage: -1.5 } }])
  expect(await (await download('format=csv&type=hit')).text()).toMatch(
    /,1,(1970-01-01T00:00:01\.000Z,){2}[^,]+Z,,r1,-1\.5\n$/,
  )
  await send([{ type: 'any', timestamp: 1030.25, data: 1 }])
  expect(await (await download('format=csv&type=any')).text()).toMatch(/,1,(1970-01-01T00:00:01\.03025Z,){2}/)
})

it('writes Parquet that reads back', async () => {
  const { send, download } = await aDumping()
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

it('dumps a type that nobody defined, and one session alone', async () => {
  const { send, download } = await aDumping()
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
  const { data, send, download, left } = await aDumping()
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
  await writeFile(join(crashed, 'exports', 'dump-left.csv'), 'x')
  await first.stop()
  await aCollector({ data: crashed })
  expect(await readdir(join(crashed, 'exports'))).toEqual([])
  expect(data).not.toBe(crashed)
})

/** What DuckDB reads of a file; columns with a type of their own as text. */
async function readBack(bytes: Buffer, format: 'parquet' | 'csv' | 'ndjson'): Promise<Record<string, unknown>[]> {
  const file = join(await aFolder(), `dump.${format}`)
  await writeFile(file, bytes)
  const source = {
    parquet: `read_parquet('${file}')`,
    csv: `read_csv('${file}', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', max_line_size = 4000000)`,
    ndjson: `read_ndjson_objects('${file}')`,
  }[format]
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const result = await connection.runAndReadAll(`SELECT COLUMNS(*)::VARCHAR FROM ${source}`)
  return result.getRowObjectsJS()
}

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '=1+1',
    "'",
    '"',
    '""',
    '\r\n',
    '\n',
    '\0',
    ',',
    ';',
    '\t=',
    '😀',
    'null',
    '',
    ' ',
    '\u2028',
    '\\',
    '\x01',
  ),
)
const hostileJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    hostileText.map((text) => JSON.stringify(text)),
    fc.constantFrom(
      '1e400',
      '76561197960287930123456789',
      '-0',
      '1.10',
      '9223372036854775808',
      '0.1e-7',
      'null',
      'true',
    ),
    fc.array(tie('value'), { maxLength: 4 }).map((values) => `[${values.join(',')}]`),
    fc
      .uniqueArray(fc.tuple(hostileText, tie('value')), { maxLength: 4, selector: ([key]) => key })
      .map((entries) => `{${entries.map(([key, value]) => `${JSON.stringify(key)} :\n${value}`).join(',')}}`),
  ),
})).value as fc.Arbitrary<string>

it('gives back exactly what is stored, whatever is in it', { timeout: 120_000 }, async () => {
  const { listening } = await aCollector()
  const rows = async (sql: string) => {
    const answer = await fetch(`${listening.url}/api/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...onceStored },
      body: JSON.stringify({ sql }),
    })
    return (await answer.json()).rows as string[][]
  }
  const event = fc.record({ type: hostileText.filter((text) => text !== ''), data: hostileJson })
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 20 }), async (events) => {
      const body = `[${events.map(({ type, data }) => `{"type":${JSON.stringify(type)},"data":${data}}`).join(',')}]`
      const sent = await fetch(`${listening.url}/telemetry`, { method: 'POST', body })
      expect(sent.status).toBe(200)
      const [newest] = await rows('SELECT session_id FROM sessions ORDER BY first_seen DESC, session_id DESC LIMIT 1')
      const session = newest?.[0] ?? ''
      const where = `WHERE session_id = '${session}' ORDER BY seq`
      const stored = await rows(`SELECT seq::VARCHAR, type, data::VARCHAR FROM events ${where}`)
      const rejected = await rows(`SELECT seq::VARCHAR, code, raw FROM rejected_events ${where}`)
      const dump = async (format: 'parquet' | 'csv' | 'ndjson', table: string) => {
        const answer = await fetch(`${listening.url}/api/dump?format=${format}&table=${table}&session=${session}`, {
          headers: onceStored,
        })
        expect(Number(answer.headers.get('downlink-rows'))).toBe(table === 'events' ? stored.length : rejected.length)
        return Buffer.from(await answer.arrayBuffer())
      }
      const cells = (found: readonly Record<string, unknown>[], names: readonly string[]) =>
        found.map((row) => names.map((name) => row[name]))
      const guarded = (found: readonly string[][]) =>
        found.map(([seq, type = '', text = '']) => [seq, guardFormula(type), text])
      expect(cells(await readBack(await dump('parquet', 'events'), 'parquet'), ['seq', 'type', 'data'])).toEqual(stored)
      expect(cells(await readBack(await dump('csv', 'events'), 'csv'), ['seq', 'type', 'data'])).toEqual(
        guarded(stored),
      )
      const lines = await dump('ndjson', 'events')
      expect(await readBack(lines, 'ndjson')).toHaveLength(stored.length)
      for (const [at, line] of lines.toString().split('\n').slice(0, -1).entries()) {
        const [seq, type, data = ''] = stored[at] ?? []
        expect(JSON.parse(line)).toMatchObject({ seq: Number(seq), type })
        expect(line).toContain(`,"data":${data.replaceAll(/[\r\n]/g, ' ')},"sessionId":`)
      }
      expect(cells(await readBack(await dump('parquet', 'rejected'), 'parquet'), ['seq', 'code', 'raw'])).toEqual(
        rejected,
      )
      const raw = (await dump('ndjson', 'rejected')).toString().split('\n').slice(0, -1)
      expect(raw.map((line) => JSON.parse(line).raw)).toEqual(rejected.map(([, , text]) => text))
    }),
    { numRuns: 25 },
  )
})

/** Two sessions of two players, with events and rejected events. */
async function twoPlayers() {
  const { listening } = await aCollector({ events })
  const of = async (player: string, count: number) => {
    const client = await aClient(listening, aHello({ meta: { build: '=1.4', labels: { player } } }))
    await client.hello()
    const hits = Array.from({ length: count }, (_, damage) => ({
      type: 'hit',
      timestamp: 1000,
      data: { shipId: player, damage },
    }))
    await client.batch(1, [...hits, { type: 'hit', timestamp: 1000, data: { shipId: 7 } }])
    return client.session
  }
  const ids = { ada: await of('ada', 3), "o'neil": await of("o'neil", 2) }
  const dump = async (parameters: Record<string, string>) => {
    const answer = await fetch(
      `${listening.url}/api/dump?${new URLSearchParams({ format: 'ndjson', ...parameters })}`,
      {
        headers: onceStored,
      },
    )
    return { headers: answer.headers, text: await answer.text() }
  }
  const lines = async (parameters: Record<string, string>) =>
    (await dump(parameters)).text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  return { ids, dump, lines }
}

it('answers a player who asks for their data: events, sessions and rejected events', async () => {
  const { ids, dump, lines } = await twoPlayers()
  const where = "labels->>'player' = 'o''neil'"
  const ofPlayer = await lines({ where })
  expect(ofPlayer.toSorted((a, b) => a.seq - b.seq).map(({ sessionId, data }) => [sessionId, data.damage])).toEqual([
    [ids["o'neil"], 0],
    [ids["o'neil"], 1],
  ])
  expect(await lines({ where, table: 'sessions' })).toMatchObject([
    { sessionId: ids["o'neil"], stored: 2, rejected: { invalid_payload: 1 }, labels: { player: "o'neil" } },
  ])
  expect(await lines({ where, table: 'rejected' })).toMatchObject([
    { sessionId: ids["o'neil"], seq: 3, code: 'invalid_payload', raw: expect.stringContaining('7') },
  ])
  // A view has other columns, and the condition is over the same.
  const rows = (await dump({ where: `data->>'damage' = '1' AND (${where})`, format: 'csv', type: 'hit' })).text
  expect(rows.trim().split('\n')).toHaveLength(2)
})

it('gives the labels that sessions have and had, as they stand in label_history', async () => {
  const { listening, collector } = await aCollector({ events })
  const ids: string[] = []
  for (const player of ['ada', 'bo']) {
    const client = await aClient(listening, aHello({ meta: { labels: { gpu: 'x' } } }))
    await client.hello()
    const hit = { type: 'hit', timestamp: 1000, data: { shipId: 'r1', damage: 1 } }
    await client.batch(1, [hit, { ...hit, labels: { player } }, { ...hit, labels: { player, team: 'red' } }])
    ids.push(client.session)
  }
  const dump = async (parameters: Record<string, string>) => {
    const query = new URLSearchParams({ table: 'labels', format: 'ndjson', ...parameters })
    return fetch(`${listening.url}/api/dump?${query}`, { headers: onceStored })
  }
  const lines = async (parameters: Record<string, string>) => {
    const rows = (await (await dump(parameters)).text()).split('\n').slice(0, -1)
    return rows.map((line) => JSON.parse(line)).toSorted((one, other) => one.fromSeq - other.fromSeq)
  }
  const ofPlayer = [
    [1, 2, { gpu: 'x' }],
    [2, 3, { gpu: 'x', player: 'ada' }],
    [3, null, { gpu: 'x', player: 'ada', team: 'red' }],
  ].map(([fromSeq, untilSeq, labels]) => ({ sessionId: ids[0], fromSeq, untilSeq, labels }))
  expect(await lines({ session: ids[0] ?? '' })).toEqual(ofPlayer)
  // All labels of each session that the condition picks, by those that it has or by any that it had.
  expect(await lines({ where: "labels->>'player' = 'ada'" })).toEqual(ofPlayer)
  expect(await lines({ where: "labels->>'team' IS NULL AND (labels->>'player') = 'ada'" })).toEqual(ofPlayer)
  expect(await lines({ where: "labels->>'player' = 'cy'" })).toEqual([])
  const { rows } = await collector.query('SELECT max(epoch_ms(last_seen))::DOUBLE FROM sessions')
  expect(await lines({ since: `${Number(rows[0]?.[0]) + 1}` })).toEqual([])

  const csv = await (await dump({ format: 'csv' })).text()
  expect(csv.split('\n')[0]).toBe('session_id,from_seq,until_seq,labels')
  const file = await dump({ format: 'parquet' })
  expect(file.headers.get('content-disposition')).toBe('attachment; filename="downlink-labels.parquet"')
  const stored = await collector.query('SELECT COLUMNS(*)::VARCHAR FROM label_history ORDER BY session_id, from_seq')
  const written = await readBack(Buffer.from(await file.arrayBuffer()), 'parquet')
  const keyOf = ({ session_id, from_seq }: Record<string, unknown>) => `${session_id} ${from_seq}`
  const sorted = written.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
  expect(sorted.map((row) => Object.values(row))).toEqual(stored.rows)
})

it('joins what describes the session', async () => {
  const { dump, lines } = await twoPlayers()
  const [first] = await lines({ withSession: 'true', where: "labels->>'player' = 'ada'" })
  expect(first.session).toEqual({
    delivery: 'acked',
    build: '=1.4',
    labels: { player: 'ada' },
    schema: null,
    firstSeen: expect.any(Number),
  })
  const [header, ...rows] = (await dump({ withSession: 'true', format: 'csv', type: 'hit' })).text.split('\n')
  expect(header).toBe(
    'session_id,seq,ts,corrected_ts,received_at,context,shipId,damage,session_delivery,session_first_seen,session_build,session_labels,session_schema',
  )
  expect(rows).toContainEqual(expect.stringMatching(/,ada,0\.0,acked,[^,]+Z,'=1\.4,"{""player"":""ada""}",$/))
})

it('narrows by when something was received', async () => {
  const { lines } = await twoPlayers()
  const times = (await lines({})).map(({ receivedAt }) => receivedAt)
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const count = async (range: Record<string, string>, table = 'events') => (await lines({ ...range, table })).length
  expect(await count({ since: `${first}`, until: `${last + 1}` })).toBe(5)
  expect(await count({ until: `${first}` })).toBe(0)
  expect(await count({ since: `${last + 1}` })).toBe(0)
  expect(await count({ since: `${last + 1}` }, 'rejected')).toBe(0)
  expect(await count({ since: `${first}`, until: `${last + 1}` }, 'sessions')).toBe(2)
  expect(await count({ since: `${last + 3_600_000}` }, 'sessions')).toBe(0)
})

it('says until when it is complete', async () => {
  const { dump } = await twoPlayers()
  const beforeMs = Date.now()
  const { headers } = await dump({})
  expect(Number(headers.get('downlink-as-of'))).toBeGreaterThanOrEqual(beforeMs - 1000)
})

const refusals: readonly [what: string, parameters: Record<string, string>, status: number, message: string][] = [
  ['what is unknown', { form: 'csv' }, 400, 'table, type, session, since, until, where, withSession, got "form"'],
  ['a type of sessions', { table: 'sessions', type: 'hit' }, 400, 'Expected `type` with'],
  ['a session of sessions', { table: 'sessions', withSession: 'true' }, 400, 'Expected `withSession` with'],
  ['a type of labels', { table: 'labels', type: 'hit' }, 400, 'Expected `type` with'],
  ['a session of labels', { table: 'labels', withSession: 'true' }, 400, 'Expected `withSession` with'],
  ['a range that ends before it begins', { since: '2', until: '2' }, 400, 'Expected `since` to be before'],
  ['another table', { table: 'ledgers' }, 400, 'events or sessions or rejected'],
  ['a time that is none', { since: '2026-01-01' }, 400, '`since`'],
  ['no condition', { where: '' }, 400, 'Expected `where` to be a condition in SQL of 1 to 10000 characters, got ""'],
  ['a condition of blanks', { where: ' \n' }, 400, 'Expected a condition'],
  ['a condition that is long', { where: ' '.repeat(10_001) }, 400, 'Expected `where` to be a condition in SQL'],
  ['a condition that ends its bracket', { where: 'true) OR (true' }, 400, 'syntax error'],
  ['a condition that opens a comment', { where: 'true /*' }, 400, 'unterminated'],
  ['a condition with more behind it', { where: 'true ORDER BY 1' }, 400, 'syntax error'],
  ['two statements', { where: 'true; SELECT 2' }, 403, 'one condition'],
  ['a second query', { where: 'true UNION SELECT 1' }, 400, 'syntax error'],
  ['a function that reads files', { where: "(SELECT count(*) FROM read_text('/etc/passwd')) > 0" }, 403, 'read_text'],
  ['a table of the system', { where: "'x' IN (SELECT name FROM duckdb_settings())" }, 403, 'duckdb_settings'],
  ['what is not the view of the collector', { where: 'EXISTS (FROM collector.log_position)' }, 403, 'log_position'],
  ['a column of labels, whose sessions are picked', { table: 'labels', where: 'from_seq = 1' }, 400, 'from_seq'],
  ['a column that is not there', { where: 'nowhere = 1' }, 400, 'nowhere'],
  ['a parameter', { where: 'seq = ?' }, 403, 'parameter'],
]

it('refuses what it does not know, and conditions that are more than one', async () => {
  const { listening } = await aCollector()
  for (const [what, parameters, status, message] of refusals) {
    const query = new URLSearchParams({ format: 'ndjson', ...parameters })
    const answer = await fetch(`${listening.url}/api/dump?${query}`)
    const { error } = await answer.json()
    expect.soft([answer.status, error.message], what).toEqual([status, expect.stringContaining(message)])
  }
})

it('takes conditions that end with a comment, or hold brackets and quotes', async () => {
  const { lines } = await twoPlayers()
  for (const where of ['seq = 1 -- all', "seq = 1 AND ')' <> '('", 'seq = 1 /* ) */', 'seq IN (SELECT 1)']) {
    expect(await lines({ where })).toHaveLength(2)
  }
})

it('puts fewer rows of a Parquet file together in memory where one is large', async () => {
  const { listening } = await aCollector()
  const send = (bodies: unknown[]) =>
    fetch(`${listening.url}/telemetry`, { method: 'POST', body: JSON.stringify(bodies) })
  for (let at = 0; at < 4; at++) await send(Array.from({ length: 4000 }, (_, data) => ({ type: 'small', data })))
  const groups = async () => {
    const file = join(await aFolder(), 'dump.parquet')
    const answer = await fetch(`${listening.url}/api/dump?format=parquet`, { headers: onceStored })
    await writeFile(file, Buffer.from(await answer.arrayBuffer()))
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    const sql = `SELECT count(DISTINCT row_group_id)::INT FROM parquet_metadata('${file}')`
    return (await connection.runAndReadAll(sql)).getRowsJS()[0]?.[0]
  }
  expect(await groups()).toBe(1)
  await send([{ type: 'large', data: 'x'.repeat(65_000) }])
  expect(await groups()).toBeGreaterThan(1)
})

it('leaves room on the disk, and nothing behind where there is none', async () => {
  const { listening, data } = await aCollector({ query: { dumpMb: 1 } })
  const big = Array.from({ length: 4 }, (_, at) => ({ type: 'big', data: `${at}`.repeat(60_000) }))
  const send = () => fetch(`${listening.url}/telemetry`, { method: 'POST', body: JSON.stringify(big) })
  for (let at = 0; at < 10; at++) await send()
  const answer = await fetch(`${listening.url}/api/dump?format=ndjson`, { headers: onceStored })
  expect([answer.status, (await answer.json()).error.code]).toEqual([507, 'no_room'])
  expect(await readdir(join(data, 'exports'))).toEqual([])
  // What fits is dumped, and events are taken.
  expect((await fetch(`${listening.url}/api/dump?format=parquet`)).status).toBe(200)
  expect((await send()).status).toBe(200)
})
