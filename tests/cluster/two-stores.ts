/** Opens DuckDB and ClickHouse with the same sessions in both, for tests that ask both of them the same. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventDefinitions } from '@downlink/protocol'
import { openClickHouse } from '../../packages/collector/src/clickhouse/open-clickhouse.ts'
import { resolveQueryLimits } from '../../packages/collector/src/query/query-limits.ts'
import type { StoreGroup } from '../../packages/collector/src/sink/event-store.ts'
import { createDuckDBStore } from '../../packages/collector/src/store/duckdb-store.ts'
import { openReadStore } from '../../packages/collector/test/read-store-harness.ts'
import { aGroup, anEvent, aRecord } from '../../packages/collector/test/store-contract.ts'

const startMs = Date.parse('2026-01-05T10:00:00Z')
const dayMs = 86_400_000

interface Play {
  readonly id: string
  readonly player?: string
  readonly gpu?: string
  readonly build?: string
  readonly day: number
  /** By how much the device's clock is wrong. */
  readonly aheadMs?: number
  readonly events: readonly (readonly [atMs: number, type: string, data: unknown])[]
  readonly rejected?: readonly string[]
}

const died = (atMs: number, weapon: string | undefined, x: unknown, y: unknown) =>
  [atMs, 'player_died', { ...(weapon && { weapon }), x, y }] as const
const frame = (atMs: number, frameMs: unknown) =>
  [atMs, 'frame_stats', { frameMs, 'odd.key': { deep: frameMs } }] as const

const chatFields = ['message', 'data', 'labels', 'envelope', 'rejected', 'dropped']

const plays: readonly Play[] = [
  {
    ...{ id: 'a1', player: 'ada', gpu: 'integrated', build: '1.4.1', day: 0, aheadMs: -90_000 },
    events: [
      [0, 'round_started', { level: 1 }],
      frame(500, 16.5),
      died(9000, 'laser', 310.25, -150),
      died(9500, 'laser', 390, 199.5),
      frame(12_000, 34),
      [70_000, 'error', { message: 'x', count: 3 }],
      [95_000, 'round_ended', { level: 1 }],
    ],
    rejected: ['{"type":"hit","data":{"x":"\\ud800"}}', '{"type":"hit"}', 'no JSON'],
  },
  {
    ...{ id: "b'1", player: "o'hara \\ ü", gpu: 'discrete', build: '1.4.2', day: 0 },
    events: [
      [0, 'round_started', { level: 'two' }],
      died(65_000, undefined, 'nowhere', 1),
      died(66_000, 'mine', 20, 199),
      [66_500, 'error', { message: 'it\'s \\ "so"' }],
    ],
    rejected: ['{"type":"hit"}'],
  },
  {
    ...{ id: 'a2', player: 'ada', gpu: 'integrated', build: '1.4.2', day: 1, aheadMs: 7_200_000 },
    events: [
      [0, 'round_ended', null],
      [10, 'round_started', { level: 1 }],
      ...Array.from({ length: 40 }, (_, at) => frame(1000 + 333 * at, 10 + ((at * 7) % 40))),
      frame(20_000, 'fast'),
      frame(20_500, '17.25'),
      died(60_000, 'laser', 1e3, 5e2),
    ],
  },
  {
    ...{ id: 'h', player: '=1+1', build: '"quoted", \n', day: 2 },
    events: [
      [0.25, '=1+1, "so"\n', { '=text': '\t=\u2028/\\ \x01\x1f\x7f é😀', 'a,b': '' }],
      [1, '\\n"', ['\r\n', null, -0.5]],
      [2, 'chat', { ...Object.fromEntries(chatFields.map((name) => [name, '=1+1'])), extra: -5 }],
      [3, 'Hit', { x: 1, y: 1, z: 1 }],
      [4, 'hit', { x: 2, y: 2, z: 2 }],
      [5, 'hit_2', { x: 3, y: 3, z: 3 }],
    ],
    rejected: ['=1+1\r\n"', '', ' x\u2029'],
  },
  { id: 'c1', day: 2, aheadMs: -400 * dayMs, events: [[0, 'round_started', {}], died(3_600_000, 'mine', 5, 5)] },
  {
    id: 'a3',
    player: 'ada',
    build: '1.5',
    day: 7,
    events: [
      [0, 'round_started', {}],
      [5000, 'round_ended', {}],
    ],
  },
  { id: 'none', build: '1.5', day: 7, events: [] },
]

function groupOf(): StoreGroup {
  const events = plays.map(({ id, day, aheadMs = 0, events: steps }) => ({
    ...{ sessionId: id, clockOffsetMs: -aheadMs, receivedAt: startMs + day * dayMs + 120_000.25 },
    events: steps.map(([atMs, type, data], at) =>
      anEvent(at + 1, { type, json: JSON.stringify(data), timestamp: startMs + day * dayMs + aheadMs + atMs }),
    ),
  }))
  const rejected = plays.flatMap(({ id, rejected: texts = [], events: { length } }) =>
    texts.map((raw, at) => ({
      ...({ sessionId: id, seq: length + at + 1, code: 'invalid_payload', message: 'Expected x', raw } as const),
      receivedAt: startMs + at,
    })),
  )
  const sessions = plays.map(({ id, player, gpu, build, day, aheadMs, events: { length }, rejected: texts = [] }) =>
    aRecord(id, {
      ...{ build, clockOffsetMs: aheadMs === undefined ? undefined : -aheadMs, stored: length },
      ...{ pushed: length + texts.length, committedSeq: length + texts.length, ended: true },
      ...(texts.length > 0 && { rejected: { invalid_payload: texts.length } }),
      ...((player ?? gpu) !== undefined && { labels: { ...(player && { player }), ...(gpu && { gpu }) } }),
      ...{ labelsFrom: id === 'a2' ? 3 : undefined },
      ...{ firstSeenMs: startMs + day * dayMs, lastSeenMs: startMs + day * dayMs + 100_000 },
    }),
  )
  const earlierLabels = [{ sessionId: 'a2', from: 1, until: 3, labels: { player: 'ada', mode: 'easy' } }]
  return aGroup(1, { events, rejected, sessions, earlierLabels })
}

/** @param url of an empty database of ClickHouse */
export async function openTwoStores(url: string, definitions: EventDefinitions = { schemas: {} }) {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-'))
  const read = await openReadStore(folder, { definitions })
  const store = await createDuckDBStore(read, { onCheckpoint() {}, onCheckpointFailure() {} })
  const clickhouse = await openClickHouse({ url })
  await clickhouse.defineEvents(definitions)
  for (const one of [store, clickhouse.partition('partition-07')]) {
    const outcome = await one.write(groupOf())
    if (outcome.kind !== 'written') throw new Error(JSON.stringify(outcome))
  }
  return {
    ...{ read, clickhouse },
    source: clickhouse.source({ limits: resolveQueryLimits(), wallMs: Date.now, folder: join(folder, 'dumps') }),
    async close() {
      await clickhouse.close()
      store.close()
      await read.end()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
