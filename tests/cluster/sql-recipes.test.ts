/** Each recipe of the guide in ClickHouse's dialect, over the week of six sessions, against the answer that the guide shows. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCollector } from '@downlink/collector'
import { beforeAll, expect, it, vi } from 'vitest'
import { openClickHouse } from '../../packages/collector/src/clickhouse/open-clickhouse.ts'
import type { DataSource } from '../../packages/collector/src/data-source.ts'
import { resolveQueryLimits } from '../../packages/collector/src/query/query-limits.ts'
import { aGroup, answerOf, aRecord } from '../../packages/collector/test/store-contract.ts'
import { recipeEvents, recipes, sendPlay, week } from '../recipe-week.ts'
import { sharedClickHouse } from './clickhouse-process.ts'

const aDatabase = sharedClickHouse()

let source: DataSource

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-'))
  const events = await recipeEvents()
  const group = await recordWeek(folder, events)
  const clickhouse = await openClickHouse({ url: await aDatabase() })
  await clickhouse.defineEvents(events)
  expect(await clickhouse.partition('partition-07').write(group)).toEqual({ kind: 'written' })
  source = clickhouse.source({ limits: resolveQueryLimits(), wallMs: Date.now, folder })
  return async () => {
    await clickhouse.close()
    await rm(folder, { recursive: true, force: true })
  }
})

/** What a collector has stored of it, for another store. */
async function recordWeek(data: string, events: Awaited<ReturnType<typeof recipeEvents>>) {
  const collector = createCollector({ data, events, logger: false })
  const { url, telemetry } = await collector.listen({ port: 0 })
  for (const play of week) await sendPlay(telemetry, play)
  const count = async () => (await collector.query('SELECT count(*)::INT FROM events')).rows[0]?.[0]
  await vi.waitUntil(async () => (await count()) === 29, { timeout: 20_000 })
  const lines = async (table: string) => {
    const text = await (await fetch(`${url}/api/dump?format=ndjson&table=${table}`)).text()
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => ({ ...JSON.parse(line), data: /,"data":(.*),"sessionId":/.exec(line)?.[1] }))
  }
  const sessions = (await lines('sessions')).map(recordOf)
  const stored = (await lines('events')).map(({ sessionId, seq, type, timestamp, correctedTimestamp, ...event }) => ({
    ...{ sessionId, receivedAt: event.receivedAt, clockOffsetMs: correctedTimestamp - timestamp },
    events: [
      {
        seq,
        event: { type, timestamp, json: event.data },
        ...(event.context && { context: JSON.stringify(event.context) }),
      },
    ],
  }))
  const rejected = await lines('rejected')
  await collector.close()
  return aGroup(1, {
    events: stored,
    rejected,
    sessions,
  })
}

/** What JSON calls null a record does not have. */
const recordOf = ({ sessionId, firstSeen, lastSeen, ...row }: Readonly<Record<string, unknown>>) => {
  const known = Object.entries({ ...row, firstSeenMs: firstSeen, lastSeenMs: lastSeen }).filter(([, value]) => value)
  return aRecord(String(sessionId), Object.fromEntries(known))
}

it.each(recipes)('$heading', async ({ sql, answer }) => {
  const { rows } = await answerOf(source, sql[1] ?? sql[0] ?? '')
  const text = (cell: unknown) => (cell === null ? '' : String(cell))
  expect(rows.map((row: unknown[]) => row.map(text))).toEqual(answer)
})
