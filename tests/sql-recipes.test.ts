/** Each recipe of the guide, over a week of six sessions, against the answer that the guide shows. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCollector } from '@downlink/collector'
import { beforeAll, expect, it, vi } from 'vitest'
import { recipeEvents, recipes, sendPlay, week } from './recipe-week.ts'

let url: string

beforeAll(async () => {
  const data = await mkdtemp(join(tmpdir(), 'downlink-'))
  const collector = createCollector({ data, events: await recipeEvents(), logger: false })
  const listening = await collector.listen({ port: 0 })
  url = listening.url
  for (const play of week) await sendPlay(listening.telemetry, play)
  const stored = async () => (await collector.query('SELECT count(*)::INT FROM events')).rows[0]?.[0]
  await vi.waitUntil(async () => (await stored()) === 29, { timeout: 20_000 })
  return async () => {
    await collector.close()
    await rm(data, { recursive: true, force: true })
  }
})

it('has a recipe for each question', () => {
  expect(recipes.map(({ heading }) => heading)).toEqual([
    'A funnel',
    'A heat map',
    'Where players die',
    'What happens in which level',
    'Retention by day',
    'Who comes back',
    'Session length',
    'Crash rate by build',
    'Frame rate by GPU',
    'The slowest levels',
    'Drops and losses by build',
    'Why events were dropped',
    'What is rejected',
  ])
})

it.each(recipes)('$heading', async ({ sql: [sql], answer }) => {
  const headers = { 'content-type': 'application/json', prefer: 'wait=60' }
  const response = await fetch(`${url}/api/query`, { method: 'POST', headers, body: JSON.stringify({ sql }) })
  const { error, rows } = await response.json()
  expect(error).toBeUndefined()
  expect(rows.map((row: unknown[]) => row.map((cell) => (cell === null ? '' : String(cell))))).toEqual(answer)
})
