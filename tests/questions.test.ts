/** Each built-in question, over battles of the demo, asked as the page asks it: a chart with something in it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCollector, type QueryResult, type Question, type QuestionList } from '@downlink/collector'
import { battleEvents } from '@downlink/red-vs-blue'
import { beforeAll, expect, it, vi } from 'vitest'
import { readPoints, readSquares } from '../packages/dashboard/src/charts/chart-points.ts'
import { alignSeries } from '../packages/dashboard/src/charts/chart-series.ts'
import { differences, haveEqualSteps, squareDifferences } from '../packages/dashboard/src/charts/compare-points.ts'
import { duckdb } from '../packages/dashboard/src/dialect/duckdb.ts'
import { bindQuestion } from '../packages/dashboard/src/questions/bind-question.ts'
import { fitAnswers } from '../packages/dashboard/src/questions/compared-chart.ts'
import { type Narrowing, narrowSql } from '../packages/dashboard/src/questions/narrow-sql.ts'
import { loadFields, loadSchema, type Offers, offersOf } from '../packages/dashboard/src/questions/offers.ts'
import { suggestPicks } from '../packages/dashboard/src/questions/suggest-picks.ts'
import { sendSitting, sittings } from './battle-sittings.ts'

let offers: Offers
let questions: ReadonlyMap<string, Question>
let query: (sql: string) => Promise<QueryResult>

beforeAll(async () => {
  const data = await mkdtemp(join(tmpdir(), 'downlink-'))
  const collector = createCollector({ data, events: battleEvents, logger: false })
  const { url } = await collector.listen({ port: 0 })
  for (const sitting of sittings) await sendSitting(url, sitting)
  query = async (sql) => {
    const headers = { 'content-type': 'application/json', prefer: 'wait=60' }
    const response = await fetch(`${url}/api/query`, { method: 'POST', headers, body: JSON.stringify({ sql }) })
    const answer = await response.json()
    expect(answer.error, sql).toBeUndefined()
    return answer
  }
  const isWhole = 'SELECT count(*) FROM sessions WHERE committed_seq = pushed AND pushed > 0'
  await vi.waitUntil(async () => (await query(isWhole)).rows[0]?.[0] === sittings.length, { timeout: 30_000 })
  const list: QuestionList = await (await fetch(`${url}/api/questions`)).json()
  expect(list.problems).toEqual([])
  questions = new Map(list.questions.map((question) => [question.name, question]))
  offers = offersOf(await (await fetch(`${url}/api/labels`)).json(), await loadSchema(query, duckdb))
  return async () => {
    await collector.close()
    await rm(data, { recursive: true, force: true })
  }
})

async function sqlOf(name: string, picks: Readonly<Record<string, string>> = {}): Promise<string> {
  const question = questions.get(name)
  if (!question) throw new Error(`There is no question ${name}`)
  const types = suggestPicks(question, new Map(Object.entries(picks)), offers, () => []).values()
  const fields = new Map<string, readonly string[]>()
  for (const type of types) fields.set(type, await loadFields(query, type, duckdb))
  const given = suggestPicks(question, new Map(Object.entries(picks)), offers, (type) => fields.get(type) ?? [])
  const bound = bindQuestion(question, given, duckdb)
  if (!bound.ok) throw new Error(`${name}: ${[...bound.faults].join('; ')}`)
  return bound.sql
}

const ask = async (name: string, narrowing: Narrowing = { labels: new Map() }, picks = {}): Promise<QueryResult> =>
  query(narrowSql(await sqlOf(name, picks), narrowing, offers.schema, duckdb))

const names = [
  ...['breakdown', 'clock-skew', 'delay', 'errors-by-build', 'frame-time', 'funnel', 'heat-map', 'rejections'],
  ...['retention', 'session-length', 'slowest-frames', 'volume'],
]

it('has a question for each that every game gets asked', () => {
  expect([...questions.keys()]).toEqual(names)
})

it.each(names)('%s: what it draws is there, and none of it covers another', async (name) => {
  const answer = await ask(name)
  const { columns, rows } = answer
  const chart = questions.get(name)?.chart
  if (!chart || chart.kind === 'table') throw new Error('Expected a chart')
  const axes =
    chart.kind === 'heat' ? [chart.x, chart.y, chart.value] : [chart.x, ...chart.y, ...(chart.by ? [chart.by] : [])]
  const at = axes.map((axis) => columns.findIndex((column) => column.name === axis))
  expect(at).not.toContain(-1)
  expect(rows.length).toBeGreaterThan(0)
  for (const row of rows) for (const column of at) expect(row[column]).not.toBeNull()
  if (chart.kind === 'heat') return
  const points = readPoints(answer, chart)
  expect('fault' in points ? points : alignSeries(points, chart.kind).covered).toBe(0)
})

const only = (narrowing: Partial<Narrowing>): Narrowing => ({ labels: new Map(), ...narrowing })

it('counts a step only after the ones before it', async () => {
  const { rows } = await ask('funnel', only({}), { steps: 'round_started,mission_failed,bullet_fired' })
  expect(rows).toEqual([
    ['1. round_started', 4, 100],
    ['2. mission_failed', 1, 25],
    // It fails at the end: nothing is fired after that.
    ['3. bullet_fired', 0, 0],
  ])
})

it('counts an event by a field of it, in each build', async () => {
  const { rows } = await ask('breakdown')
  const expected = await query(
    `SELECT team, build, count(*) AS events FROM ship_destroyed JOIN sessions USING (session_id) GROUP BY ALL`,
  )
  const sorted = (all: readonly (readonly unknown[])[]) => all.map((row) => row.slice(0, 3).join(' ')).sort()
  expect(sorted(rows)).toEqual(sorted(expected.rows))
  for (const build of ['0.1.0', '0.2.0']) {
    const percents = rows.filter((row) => row[1] === build).map((row) => Number(row[3]))
    expect(percents.reduce((total, percent) => total + percent, 0)).toBeCloseTo(100, 0)
  }
})

it('counts what comes least, and what has no such field, as one value each', async () => {
  const counts = async (field: string, value: string) => {
    const { rows } = await ask('breakdown', only({}), { field })
    const values = new Set(rows.map((row) => row[0]))
    const events = rows.reduce((total, row) => total + Number(row[2]), 0)
    return { values: values.size, has: values.has(value), events }
  }
  const events = Number((await query('SELECT count(*) FROM ship_destroyed')).rows[0]?.[0])
  expect(await counts('killerId', '(others)')).toEqual({ values: 21, has: true, events })
  expect(await counts('weapon', '(none)')).toEqual({ values: 1, has: true, events })
})

it('says who comes back', async () => {
  const { rows } = await ask('retention')
  expect(rows).toEqual([
    [0, 3, 3, 100],
    [1, 2, 1, 50],
    [2, 1, 0, 0],
  ])
})

it('is narrowed by build, span and label, whatever tables it reads', async () => {
  const sessionsOf = async (narrowing: Narrowing) => {
    const { rows } = await ask('errors-by-build', narrowing)
    return rows.map(([build, sessions]) => [build, sessions])
  }
  expect(await sessionsOf(only({}))).toEqual([
    ['0.1.0', 1],
    ['0.2.0', 3],
  ])
  expect(await sessionsOf(only({ build: '0.1.0' }))).toEqual([['0.1.0', 1]])
  expect(await sessionsOf(only({ labels: new Map([['player', "o'hara"]]) }))).toEqual([['0.2.0', 1]])

  const daysOf = async (narrowing: Narrowing) => (await ask('retention', narrowing)).rows.map(([, players]) => players)
  expect(await daysOf(only({ from: '2026-01-06', to: '2026-01-07' }))).toEqual([2])

  const typed = 'SELECT count(*) FROM ship_destroyed'
  const all = Number((await query(typed)).rows[0]?.[0])
  const some = Number((await query(narrowSql(typed, only({ build: '0.1.0' }), offers.schema, duckdb))).rows[0]?.[0])
  expect(some).toBeGreaterThan(0)
  expect(some).toBeLessThan(all)
})

it('is narrowed in each of its tables', async () => {
  for (const name of names) {
    const picks = name === 'errors-by-build' ? { error: 'mission_failed' } : {}
    const { rows } = await ask(name, only({ build: 'none such', from: '-7d' }), picks)
    const counts = name === 'retention' || name === 'funnel' ? rows.map((row) => Number(row[1])) : rows.map(() => 1)
    expect(
      counts.reduce((total, count) => total + count, 0),
      name,
    ).toBe(0)
  }
})

const builds = [only({ build: '0.1.0' }), only({ build: '0.2.0' })] as const
const spans = [only({ from: '2026-01-05', to: '2026-01-06' }), only({ from: '2026-01-05', to: '2026-01-08' })] as const

/** How many places both answers have. */
async function placesInBoth(name: string, [first, second]: readonly [Narrowing, Narrowing]): Promise<number> {
  const chart = questions.get(name)?.chart
  const picks = { error: 'mission_failed', step: '1m', square: '64' }
  const answers = await Promise.all([first, second].map((narrowing) => ask(name, narrowing, picks)))
  const [a, b] = answers as [QueryResult, QueryResult]
  if (!chart || chart.kind === 'table') throw new Error('Expected a chart')
  if (chart.kind === 'heat') {
    const read = (answer: QueryResult) => readSquares(answer, { ...chart, value: chart.compared ?? chart.value })
    const [one, other] = [read(a), read(b)]
    if ('fault' in one || 'fault' in other) throw new Error('Expected squares')
    return squareDifferences(one, other)?.squares.length ?? 0
  }
  const fitted = fitAnswers(chart, a, b, { picks: new Map(), narrowing: first, against: second })
  const [one, other] = [readPoints(fitted.first, fitted.chart), readPoints(fitted.second, fitted.chart)]
  if ('fault' in one || 'fault' in other) throw new Error('Expected points')
  expect(haveEqualSteps(one, other)).toBe(true)
  return differences(one, other).filter((found) => found.a !== undefined && found.b !== undefined).length
}

// Points that stand for themselves have no other; the builds were played on different days; and rejected events are of when they came.
const ofBuilds = names.filter((name) => !['slowest-frames', 'volume', 'delay'].includes(name))
const ofSpans = names.filter((name) => !['slowest-frames', 'rejections'].includes(name))

it.each(ofBuilds)('%s: of two builds it says what differs', async (name) => {
  expect(await placesInBoth(name, builds)).toBeGreaterThan(0)
})

it.each(ofSpans)('%s: of two spans it says what differs', async (name) => {
  expect(await placesInBoth(name, spans)).toBeGreaterThan(0)
})

it('leaves sessions out of the delays which tell that they were not sent as they were played', async () => {
  const eventsOf = async (picks: object) =>
    (await ask('delay', only({}), picks)).rows.reduce((total, row) => total + Number(row[1]), 0)
  const all = Number((await query('SELECT count(*) FROM events')).rows[0]?.[0])
  const labelled = "SELECT count(*) FROM events JOIN sessions USING (session_id) WHERE labels->>'gpu' IS NOT NULL"
  expect(await eventsOf({})).toBe(all)
  expect(await eventsOf({ without: 'gpu' })).toBe(all - Number((await query(labelled)).rows[0]?.[0]))
})

const hostile = [
  "' OR 1=1 --",
  "'; DROP TABLE events; --",
  "\\' OR '1'='1",
  '$event',
  '/*',
  '"',
  '$.x',
  "/x'",
  '\u2028',
  '%27,%2C',
]

it.each(hostile)('takes %s for a value, and nothing else', async (value) => {
  for (const [name, parameter] of [
    ['breakdown', 'event'],
    ['breakdown', 'field'],
    ['heat-map', 'event'],
    ['heat-map', 'x'],
    ['retention', 'player'],
    ['errors-by-build', 'error'],
    ['frame-time', 'device'],
  ] as const) {
    const { rows } = await ask(name, only({}), { x: 'x', y: 'y', field: 'team', [parameter]: value })
    if (name === 'errors-by-build') expect(rows.map(([, , failed]) => failed)).toEqual([0, 0])
    else if (name === 'frame-time') expect(rows.map(([device]) => device)).toEqual(['(none)'])
    else if (parameter === 'field') expect(new Set(rows.map(([found]) => found))).toEqual(new Set(['(none)']))
    else expect(rows).toEqual([])
  }
  for (const narrowing of [only({ build: value }), only({ labels: new Map([[value, value]]) })]) {
    expect((await ask('errors-by-build', narrowing)).rows).toEqual([])
  }
})
