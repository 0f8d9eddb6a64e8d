/** Reads the recipes of the guide, and plays the week of six sessions that its answers are of. */
import type { EventDefinitions } from '@downlink/protocol'
import { aHello, openClient } from '../packages/collector/test/harness.ts'
import { moduleOf, readPage } from './docs-page.ts'

type Step = readonly [atSeconds: number, type: string, data: Readonly<Record<string, unknown>>]

const started = (at: number, level: unknown): Step => [at, 'level_started', { level }]
const completed = (at: number, level: number): Step => [at, 'level_completed', { level }]
const died = (at: number, level: number, cause: string, x: number, y: number): Step => [
  at,
  'player_died',
  { level, cause, x, y },
]
const fps = (at: number, value: number): Step => [at, 'frame_stats', { fps: value }]
/** A lone surrogate: text that is no text. */
const unreadable = (at: number): Step => [at, 'crashed', { message: '\ud800' }]
const crashed = (at: number): Step => [at, 'crashed', { message: 'x is not a function' }]

export interface Play {
  readonly player?: string
  readonly gpu?: string
  readonly build: string
  readonly from: string
  readonly steps: readonly Step[]
  /** By how much the device's clock is wrong. */
  readonly clockMs?: number
  readonly overflow?: number
  /** Pushed, and never sent. */
  readonly lost?: number
}

const aYearBehind = -365 * 86_400_000

export const week: readonly Play[] = [
  {
    player: 'ada',
    gpu: 'integrated',
    build: '1.4.1',
    from: '2026-01-05T10:00:00Z',
    steps: [
      started(0, 1),
      fps(5, 30),
      died(10, 1, 'fall', 310, 150),
      started(20, 1),
      completed(60, 1),
      started(65, 2),
      crashed(125),
    ],
    overflow: 3,
    lost: 2,
  },
  {
    player: 'bo',
    build: '1.4.1',
    from: '2026-01-05T11:00:00Z',
    steps: [started(0, 1), died(65, 1, 'fire', 20, 199)],
  },
  {
    player: 'bo',
    gpu: 'discrete',
    build: '1.4.2',
    from: '2026-01-05T12:00:00Z',
    steps: [
      started(0, 1),
      fps(5, 60),
      completed(50, 1),
      started(60, 2),
      fps(65, 58),
      started(80, 'two'),
      unreadable(90),
    ],
  },
  {
    player: 'ada',
    gpu: 'integrated',
    build: '1.4.2',
    from: '2026-01-06T10:00:00Z',
    steps: [started(0, 1), fps(5, 32), died(10, 1, 'fall', 320, 110), died(15, 1, 'fall', 399, 199)],
    clockMs: aYearBehind,
  },
  {
    player: 'cy',
    gpu: 'discrete',
    build: '1.4.2',
    from: '2026-01-06T20:00:00Z',
    steps: [started(0, 1), completed(20, 1), fps(30, 60), started(30, 2), died(60, 2, 'fall', 5, 5), completed(120, 2)],
  },
  {
    player: 'ada',
    gpu: 'discrete',
    build: '1.4.2',
    from: '2026-01-12T10:00:00Z',
    steps: [started(0, 1), fps(5, 61), completed(40, 1), fps(60, 60), crashed(220)],
  },
]

/** Speaks the wire as a game would that played so. */
export async function sendPlay(
  telemetry: string,
  { player, gpu, build, from, steps, clockMs = 0, overflow, lost = 0 }: Play,
) {
  const labels = { ...(player && { player }), ...(gpu && { gpu }) }
  const hello = aHello({ now: Date.now() + clockMs, meta: { build, labels } })
  const client = await openClient({ telemetry }, hello)
  await client.hello()
  const events = steps.map(([at, type, data]) => ({
    ...{ type, data, timestamp: Date.parse(from) + clockMs + at * 1000 },
    // On the wire it holds until it changes.
    ...(type === 'level_started' && { context: { level: data.level } }),
  }))
  const elements = [...events, ...(overflow ? [{ drop: { overflow } }] : [])]
  client.send({ t: 'batch', seq: 1, pushed: events.length + (overflow ?? 0) + lost, events: elements, end: true })
  await client.next()
  client.ws.terminate()
}

const sections = await readPage('guides/sql-recipes.md')

/** In DuckDB's dialect, and in ClickHouse's where that is another. */
export const recipes = sections.flatMap(({ heading, code, tables }) => {
  const sql = code.filter(({ language }) => language === 'sql').map(({ text }) => text)
  return sql.length === 0 ? [] : [{ heading, sql, answer: tables[0] }]
})

/** The event types that they are about. */
export async function recipeEvents(): Promise<EventDefinitions> {
  const definitions = sections.find(({ heading }) => heading === 'The events')?.code[0]?.text ?? ''
  return (await moduleOf<{ gameEvents: EventDefinitions }>(definitions)).gameEvents
}
