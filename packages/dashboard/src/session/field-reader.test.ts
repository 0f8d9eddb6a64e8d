import { expect, it } from 'vitest'
import type { QueryAnswer } from '../api.ts'
import { duckdb } from '../dialect/duckdb.ts'
import { createFieldReader, noFields, type SessionFields } from './field-reader.ts'
import { aTimeline } from './test-doubles.ts'

type Rows = QueryAnswer['rows']

const aHit = { x: 1, y: 2 }
const aFrame = { p95Ms: 18 }

/** A session of two types, whose answers hold at most so many rows. */
function aSession(
  rowsOf: (after: number) => { hits?: Rows; frames?: Rows; rejected?: Rows; samples?: Rows },
  most = 10,
) {
  const columns = aTimeline([1, 2, 3, 4, 5].map((seq) => ({ seq, type: seq % 2 ? 'hit' : 'frame_stats', at: seq })))
  const asked: string[] = []
  const reader = createFieldReader('s', columns, duckdb, async (sql) => {
    asked.push(sql)
    const after = Number(/seq > (\d+)/.exec(sql)?.[1] ?? 0)
    const upTo = Number(/seq <= (\d+)/.exec(sql)?.[1] ?? Number.POSITIVE_INFINITY)
    const { hits = [], frames = [], rejected = [], samples = [] } = rowsOf(after)
    const all = sql.includes('GROUP BY')
      ? samples
      : sql.includes('rejected_events')
        ? rejected
        : sql.includes("'/x'")
          ? hits
          : frames
    const rows = all.filter(([seq]) => sql.includes('GROUP BY') || (Number(seq) > after && Number(seq) <= upTo))
    return { columns: [], rows: rows.slice(0, most), truncated: rows.length > most }
  })
  let fields: SessionFields = noFields
  const read = () =>
    reader.read((part) => {
      fields = { ...fields, ...part }
    })
  return { read, asked, columns, fields: () => fields }
}

const samples: Rows = [
  ['hit', aHit],
  ['frame_stats', aFrame],
]

it('reads frame times and places by what the payloads hold', async () => {
  const { read, fields } = aSession(() => ({
    samples,
    hits: [
      [1, 10, 20],
      [3, null, 5],
      [5, 30, 40],
      [9, 0, 0],
    ],
    frames: [
      [2, 18],
      [4, 33],
    ],
    rejected: [[7, 'bad_text', 'Expected text']],
  }))
  await read()
  const { rejections, frames, places } = fields()
  expect(rejections).toEqual([{ seq: 7, code: 'bad_text', message: 'Expected text' }])
  expect(frames).toMatchObject({ measure: { type: 'frame_stats', key: 'p95Ms' }, longestMs: 33 })
  expect([...(places?.numbers.places.slice(0, places.numbers.length) ?? [])]).toEqual([0, 4])
  expect([...(places?.numbers.values[1]?.slice(0, 2) ?? [])]).toEqual([20, 40])
})

it('asks on where an answer was short, and later only for what is new', async () => {
  const hits: Rows[number][] = [1, 3, 5].map((seq) => [seq, seq, seq])
  const { read, asked, fields } = aSession(() => ({ samples, hits }), 2)
  await read()
  expect(fields().places?.numbers.length).toBe(3)
  asked.length = 0
  await read()
  expect(fields().places?.numbers.length).toBe(3)
  expect(asked.some((sql) => sql.includes('GROUP BY'))).toBe(false)
  expect(asked.find((sql) => sql.includes("'/x'"))).toContain('seq > 5')
})

it('reads what was stored since the events were read once those are there', async () => {
  const hits: Rows[number][] = [1, 3, 5, 6].map((seq) => [seq, seq, seq])
  const { read, columns, fields } = aSession(() => ({ samples, hits }))
  await read()
  expect(fields().places?.numbers.length).toBe(3)
  columns.append(aTimelinePage)
  await read()
  expect(fields().places?.numbers.length).toBe(4)
})

it('looks at the payloads anew once there is a type more', async () => {
  let known: Rows = [['frame_stats', aFrame]]
  const { read, columns, fields } = aSession(() => ({ samples: known, hits: [[1, 1, 1]] }))
  await read()
  expect(fields().places).toBeUndefined()
  known = samples
  columns.append({ ...aTimelinePage, types: ['new'] })
  await read()
  expect(fields().places?.numbers.length).toBe(1)
})

const aTimelinePage = {
  types: [],
  errorTypes: [],
  type: [0],
  seq: [6],
  correctedTimestamp: [6],
  timestamp: [6],
  receivedAt: [6],
  next: null,
}

it('ends with what an answer that broke off says', async () => {
  const columns = aTimeline([{ seq: 1, type: 'hit', at: 1 }])
  const broken = { columns: [], rows: [], truncated: true, error: { code: 'query_timeout', message: 'Too long.' } }
  await expect(createFieldReader('s', columns, duckdb, async () => broken).read(() => {})).rejects.toThrow('Too long.')
})
