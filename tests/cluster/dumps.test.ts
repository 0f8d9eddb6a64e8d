/** Dumps of the same sessions out of DuckDB and out of ClickHouse: the same lines, and the same rows in Parquet. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineEvents } from '@downlink/protocol'
import { DuckDBInstance } from '@duckdb/node-api'
import { beforeAll, expect, it } from 'vitest'
import type { DumpedFile } from '../../packages/collector/src/dump/dump-files.ts'
import type { DumpRequest } from '../../packages/collector/src/dump/dump-request.ts'
import { createDumpWriter, type DumpWriter } from '../../packages/collector/src/dump/dump-writer.ts'
import { resolveQueryLimits } from '../../packages/collector/src/query/query-limits.ts'
import { aFolder } from '../../packages/collector/test/harness.ts'
import { sharedClickHouse } from './clickhouse-process.ts'
import { openTwoStores } from './two-stores.ts'

const aDatabase = sharedClickHouse()

/** A schema of a library that says itself in JSON Schema, and takes anything. */
const schemaOf = (properties: Readonly<Record<string, object>>) => ({
  '~standard': {
    ...{ version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) },
    jsonSchema: { input: () => ({ type: 'object', properties }) },
  },
})

const [text, number] = [{ type: 'string' }, { type: 'number' }]
const definitions = defineEvents({
  player_died: schemaOf({ weapon: text, x: number, y: number }),
  '=1+1, "so"\n': schemaOf({ '=text': text, 'a,b': text }),
  // Fields called as columns of JSON are, and one of any type.
  chat: schemaOf({ message: text, data: text, labels: text, envelope: text, rejected: text, dropped: text, extra: {} }),
  // Each view is called as the next type is.
  Hit: schemaOf({ x: number }),
  hit: schemaOf({ y: number }),
  hit_2: schemaOf({ z: number }),
})

let stores: Awaited<ReturnType<typeof openTwoStores>>
let both: readonly Pick<DumpWriter, 'write' | 'writeAnswer'>[]

beforeAll(async () => {
  stores = await openTwoStores(await aDatabase(), definitions)
  both = [createDumpWriter(stores.read, stores.read.exportFolder), stores.source.dumps]
  return stores.close
})

type Asked = Omit<DumpRequest, 'format' | 'where'>

/** A condition in each dialect. */
type Where = readonly [duckdb: string, clickhouse: string]

const dumped = (request: DumpRequest, where: Where | undefined) =>
  Promise.all(both.map((dumps, at) => dumps.write({ ...request, ...(where && { where: where[at] ?? '' }) })))

async function textOf({ path, bytes, remove }: DumpedFile): Promise<string> {
  const text = await readFile(path, 'utf8')
  expect(Buffer.byteLength(text)).toBe(bytes)
  await remove()
  return text
}

it('guards what a player wrote against spreadsheets, whatever the field is called', async () => {
  for (const dumps of both) {
    const [, ...lines] = (await textOf(await dumps.write({ format: 'csv', table: 'events', type: 'chat' }))).split('\n')
    expect(lines.join('\n').match(/'=1\+1/g)).toHaveLength(6)
    expect(lines.join('\n')).toContain(',-5')
  }
})

/** The columns that sessions have in DuckDB alone. */
const counted = ['errorEvents', 'firstEvent', 'lastEvent']

const ofPlayer: Where = ["labels->>'player' = 'ada'", "JSONExtractString(labels, 'player') = 'ada'"]
const ofMode: Where = ["labels->>'mode' = 'easy'", "JSONExtractString(labels, 'mode') = 'easy'"]
const since = Date.parse('2026-01-06')

const cases: readonly (readonly [Asked, Where?])[] = [
  [{ table: 'events' }],
  [{ table: 'events', session: "b'1" }],
  [{ table: 'events', since, until: since + 86_400_000 }],
  [{ table: 'events', type: 'player_died' }],
  [{ table: 'events', type: 'player_died', withSession: 'true' }, ofPlayer],
  [{ table: 'events', type: '=1+1, "so"\n' }],
  [{ table: 'events', type: 'chat' }],
  [{ table: 'events', type: 'Hit' }],
  [{ table: 'events', type: 'hit' }],
  [{ table: 'events', type: 'hit_2' }, ["session_id = 'h'", "session_id = 'h'"]],
  [{ table: 'events', type: 'frame_stats' }],
  [{ table: 'events', type: "nobody's \\" }],
  [{ table: 'events', withSession: 'true' }],
  [{ table: 'events' }, ofMode],
  [{ table: 'events', withSession: 'true' }, ["build = '1.4.2' -- so", "build = '1.4.2' -- so"]],
  [{ table: 'rejected' }, ofPlayer],
  [{ table: 'rejected', withSession: 'true' }],
  [{ table: 'labels' }],
  [{ table: 'labels' }, ofMode],
  [{ table: 'labels', since: since + 3 * 86_400_000 }],
]

it.each(cases.map(([asked, where]) => ({ asked, where })))('$asked, where $where', async ({ asked, where }) => {
  for (const format of ['ndjson', 'csv'] as const) {
    const files = await dumped({ format, ...asked }, where)
    const [first, second] = files.map(({ rows, mimeType, filename }) => ({ rows, mimeType, filename }))
    expect(second).toEqual(first)
    // Of a dump no order is promised.
    const [lines, others] = (await Promise.all(files.map(textOf))).map((text) => text.split('\n').sort())
    expect(others).toEqual(lines)
  }
})

it('dumps sessions, but for what is counted of their events', async () => {
  const files = await dumped({ format: 'ndjson', table: 'sessions' }, ofMode)
  const rows = (await Promise.all(files.map(textOf))).map((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => Object.entries(JSON.parse(line)).filter(([key]) => !counted.includes(key)))
      .map((entries) => Object.fromEntries(entries)),
  )
  expect(rows[1]).toEqual(rows[0])
  expect(rows[1]?.[0]).toMatchObject({ sessionId: 'a2', labels: { player: 'ada' } })
})

it('writes Parquet with the same rows', async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run("SET TimeZone = 'UTC'")
  for (const asked of [
    { table: 'events', withSession: 'true' },
    { table: 'events', type: 'player_died' },
  ] as const) {
    const files = await dumped({ format: 'parquet', ...asked }, undefined)
    const rows = await Promise.all(
      files.map(async ({ path, rows: count }) => {
        const read = await connection.runAndReadAll(
          `SELECT replace(COLUMNS(*)::VARCHAR, '+00', '') FROM '${path}' ORDER BY ALL`,
        )
        expect(read.currentRowCount).toBe(count)
        return { columns: read.deduplicatedColumnNames(), rows: read.getRowsJS() }
      }),
    )
    expect(rows[1]).toEqual(rows[0])
    for (const file of files) await file.remove()
  }
})

it('writes an answer as Parquet, and leaves out what no player has sent where that is asked for', async () => {
  const sql = 'SELECT count(*) AS events, max(seq) AS last FROM events;'
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  for (const dumps of both) {
    const { path, rows, filename, remove } = await dumps.writeAnswer(sql.slice(0, -1), { sessions: 'players' })
    const read = await connection.runAndReadAll(`SELECT events::INT, last::INT FROM '${path}'`)
    expect({ rows, filename, read: read.getRowsJS() }).toEqual({
      ...{ rows: 1, filename: 'downlink-answer.parquet', read: [[66, 45]] },
    })
    await remove()
  }
})

it.each([
  ['1 = 1) OR (1 = 1', 'bad_sql'],
  ['1 SETTINGS max_threads = 1', 'forbidden_sql'],
  ['session_id IN (SELECT name FROM system.tables)', 'forbidden_sql'],
  ["file('/etc/passwd') = ''", 'forbidden_sql'],
  ['nothing = 1', 'bad_sql'],
  [' ', 'bad_sql'],
])('refuses the condition %s as %s', async (where, code) => {
  const asked = stores.source.dumps.write({ format: 'csv', table: 'events', where })
  await expect(asked).rejects.toMatchObject({ code })
})

it('ends at its bounds of time and room, and leaves no file', async () => {
  const folder = join(await aFolder(), 'exports')
  const options = { wallMs: Date.now, folder }
  const slow = stores.clickhouse.source({ ...options, limits: resolveQueryLimits({ dumpTimeLimitMs: 1000 }) })
  const where = 'seq + (SELECT count() FROM numbers(1000000000000)) > 0'
  await expect(slow.dumps.write({ format: 'csv', table: 'events', where })).rejects.toMatchObject({
    code: 'query_timeout',
  })
  const narrow = stores.clickhouse.source({ ...options, limits: resolveQueryLimits({ dumpMb: 1 }) })
  const answer = 'SELECT randomPrintableASCII(1000) AS text FROM numbers(4000)'
  await expect(narrow.dumps.writeAnswer(answer)).rejects.toMatchObject({ code: 'no_room' })
  expect(await readdir(folder)).toEqual([])
})
