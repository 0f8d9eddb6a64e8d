import { expect, it } from 'vitest'
import { duckdb } from '../dialect/duckdb.ts'
import { frameMeasureIn, numbersSql, placedTypesIn } from './payload-fields.ts'

const battle = { fps: 60, p50Ms: 16, p95Ms: 18, worstMs: 40, entities: 9 }

it.each([
  [
    { frame_stats: battle, hit: { damage: 3 } },
    { type: 'frame_stats', key: 'p95Ms' },
  ],
  [
    { frame_stats: battle, tick: { frameTimeMs: 16 } },
    { type: 'tick', key: 'frameTimeMs' },
  ],
  [{ slow_frame: { wentMs: 200 } }, { type: 'slow_frame', key: 'wentMs' }],
  [{ frame: { dt: 16 } }, { type: 'frame', key: 'dt' }],
  [{ perf: { frame_ms: 16 } }, { type: 'perf', key: 'frame_ms' }],
  [{ hit: { durationMs: 5 }, frame: null, frames: [1], frameless: { p95Ms: '18' } }, undefined],
  [{}, undefined],
])('in %j the frame time is %j', (samples, measure) => {
  expect(frameMeasureIn(new Map(Object.entries(samples)))).toEqual(measure)
})

it('finds whose events have a place', () => {
  const samples = { hit: { x: 1, y: 2.5 }, half: { x: 1 }, text: { x: '1', y: '2' }, none: null, list: [1, 2] }
  expect(placedTypesIn(new Map(Object.entries(samples)))).toEqual(['hit'])
})

it('asks for a key as it is, of a few types or, where their names fill a query, of all', () => {
  expect(numbersSql('s', ["it's"], ['$.ms'], { after: 5, upTo: 99 }, 9, duckdb)).toBe(
    `SELECT seq, TRY_CAST(data->>'/$.ms' AS DOUBLE) FROM events
  WHERE session_id = 's' AND type IN ('it''s') AND seq > 5 AND seq <= 99
  ORDER BY seq LIMIT 9`,
  )
  const types = Array.from({ length: 2000 }, (_, at) => `type_${at}`)
  expect(numbersSql('s', types, ['x'], { after: 5, upTo: 99 }, 9, duckdb)).toBe(
    `SELECT seq, TRY_CAST(data->>'/x' AS DOUBLE) FROM events
  WHERE session_id = 's' AND seq > 5 AND seq <= 99
  ORDER BY seq LIMIT 9`,
  )
})
