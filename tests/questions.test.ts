/** Each built-in question, over battles of the demo, asked as the page asks it: a chart with something in it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCollector, type QueryResult, type Question, type QuestionList } from '@downlink/collector'
import { battleEvents, createBattle } from '@downlink/red-vs-blue'
import { beforeAll, expect, it, vi } from 'vitest'
import { aHello, openClient } from '../packages/collector/test/harness.ts'
import { bindQuestion } from '../packages/dashboard/src/questions/bind-question.ts'
import { type Narrowing, narrowSql } from '../packages/dashboard/src/questions/narrow-sql.ts'
import { loadFields, loadOffers, type Offers } from '../packages/dashboard/src/questions/offers.ts'
import { suggestPicks } from '../packages/dashboard/src/questions/suggest-picks.ts'

interface Sitting {
  readonly player: string
  readonly gpu?: string
  readonly build: string
  readonly from: string
  readonly seed: number
  readonly fails?: boolean
  readonly clockMs?: number
}

const sittings: readonly Sitting[] = [
  { player: 'ada', gpu: 'integrated', build: '0.1.0', from: '2026-01-05T10:00:00Z', seed: 1, fails: true },
  { player: 'ada', gpu: 'integrated', build: '0.2.0', from: '2026-01-06T10:00:00Z', seed: 2, clockMs: -90_000 },
  { player: 'bo', gpu: 'discrete', build: '0.2.0', from: '2026-01-06T11:00:00Z', seed: 3 },
  { player: "o'hara", build: '0.2.0', from: '2026-01-07T09:00:00Z', seed: 4, clockMs: 7_200_000 },
]
const ticks = 2400

/** What bots play, what a page adds to it (frame times), and what goes wrong. */
function eventsOf({ from, seed, fails = false, clockMs = 0 }: Sitting): readonly object[] {
  const events: object[] = []
  let tick = 0
  const push = (type: string, data: unknown) =>
    events.push({ type, data, timestamp: Date.parse(from) + clockMs + Math.floor((tick * 1000) / 60) })
  const battle = createBattle({ seed, push })
  for (; tick < ticks; tick++) {
    battle.step()
    if (tick % 60 === 0)
      push('frame_stats', { fps: 60, p50Ms: 16, p95Ms: 18 + seed, p99Ms: 25, worstMs: 30 + tick, entities: 50 })
  }
  if (fails) push('mission_failed', { missionId: 'tutorial', reason: 'lost', timestamp: 0 })
  push('frame_stats', { fps: 'fast' })
  return events
}

let offers: Offers
let questions: ReadonlyMap<string, Question>
let query: (sql: string) => Promise<QueryResult>

beforeAll(async () => {
  const data = await mkdtemp(join(tmpdir(), 'downlink-'))
  const collector = createCollector({ data, events: battleEvents, logger: false })
  const { url, telemetry } = await collector.listen({ port: 0 })
  for (const sitting of sittings) await send(telemetry, sitting)
  query = async (sql) => {
    const headers = { 'content-type': 'application/json', prefer: 'wait=10' }
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
  offers = await loadOffers(query)
  return async () => {
    await collector.close()
    await rm(data, { recursive: true, force: true })
  }
})

async function send(telemetry: string, sitting: Sitting): Promise<void> {
  const { player, gpu, build, clockMs = 0 } = sitting
  const hello = aHello({ now: Date.now() + clockMs, meta: { build, labels: { player, ...(gpu && { gpu }) } } })
  const client = await openClient({ telemetry }, hello)
  await client.hello()
  const events = eventsOf(sitting)
  for (let at = 0; at < events.length; at += 500) {
    const batch = events.slice(at, at + 500)
    client.send({ t: 'batch', seq: at + 1, pushed: at + batch.length, events: batch })
    await client.next()
  }
  client.ws.terminate()
}

async function sqlOf(name: string, picks: Readonly<Record<string, string>> = {}): Promise<string> {
  const question = questions.get(name)
  if (!question) throw new Error(`There is no question ${name}`)
  const types = suggestPicks(question, new Map(Object.entries(picks)), offers, () => []).values()
  const fields = new Map<string, readonly string[]>()
  for (const type of types) fields.set(type, await loadFields(query, type))
  const given = suggestPicks(question, new Map(Object.entries(picks)), offers, (type) => fields.get(type) ?? [])
  const bound = bindQuestion(question, given)
  if (bound.kind === 'open') throw new Error(`${name}: ${[...bound.faults].join('; ')}`)
  return bound.sql
}

const ask = async (name: string, narrowing: Narrowing = { labels: new Map() }, picks = {}): Promise<QueryResult> =>
  query(narrowSql(await sqlOf(name, picks), narrowing, offers.schema))

const names = [
  ...['clock-skew', 'delay', 'errors-by-build', 'frame-time', 'funnel', 'heat-map', 'rejections'],
  ...['retention', 'session-length', 'slowest-frames', 'volume'],
]

it('has a question for each that every game gets asked', () => {
  expect([...questions.keys()]).toEqual(names)
})

it.each(names)('%s: what it draws is there', async (name) => {
  const { columns, rows } = await ask(name)
  const chart = questions.get(name)?.chart
  if (!chart || chart.kind === 'table') throw new Error('Expected a chart')
  const axes =
    chart.kind === 'heat' ? [chart.x, chart.y, chart.value] : [chart.x, ...chart.y, ...(chart.by ? [chart.by] : [])]
  const at = axes.map((axis) => columns.findIndex((column) => column.name === axis))
  expect(at).not.toContain(-1)
  expect(rows.length).toBeGreaterThan(0)
  for (const row of rows) for (const column of at) expect(row[column]).not.toBeNull()
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
  const some = Number((await query(narrowSql(typed, only({ build: '0.1.0' }), offers.schema))).rows[0]?.[0])
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
    ['heat-map', 'event'],
    ['heat-map', 'x'],
    ['retention', 'player'],
    ['errors-by-build', 'error'],
    ['frame-time', 'device'],
  ] as const) {
    const { rows } = await ask(name, only({}), { x: 'x', y: 'y', [parameter]: value })
    if (name === 'errors-by-build') expect(rows.map(([, , failed]) => failed)).toEqual([0, 0])
    else if (name === 'frame-time') expect(rows.map(([device]) => device)).toEqual(['(none)'])
    else expect(rows).toEqual([])
  }
  for (const narrowing of [only({ build: value }), only({ labels: new Map([[value, value]]) })]) {
    expect((await ask('errors-by-build', narrowing)).rows).toEqual([])
  }
})
