/** What a game says of its state and its player, through the real client and a collector that starts again, to SQL. */
import { createTelemetry } from '@downlink/client'
import { createCollector } from '@downlink/collector'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { aFolder } from '../packages/collector/test/harness.ts'
import { duckdb } from '../packages/dashboard/src/dialect/duckdb.ts'
import { narrowSql } from '../packages/dashboard/src/questions/narrow-sql.ts'

async function aCollectorAt(data: string, port: number) {
  const collector = createCollector({ data, logger: false })
  onTestFinished(() => collector.close())
  return { collector, listening: await collector.listen({ port }) }
}

it('has with each event the context and the labels of its push, whatever came between', async () => {
  const data = await aFolder()
  const first = await aCollectorAt(data, 0)
  const telemetry = createTelemetry({
    ...{ url: first.listening.telemetry, enabled: true, labels: { gpu: 'x', team: 'none' }, batchSize: 3 },
    ...{ drainIntervalMs: 10, backoffBaseMs: 20 },
    environment: { createSocket: (address, protocols) => new WebSocket(address, [...protocols]) as never },
  })
  onTestFinished(() => telemetry.stop())
  const push = (count: number) => {
    for (let left = count; left > 0; left--) telemetry.push('hit', { at: left })
  }
  telemetry.start()
  push(2)
  telemetry.setContext({ level: 1, boss: false })
  push(3)
  expect(await telemetry.flush({ timeoutMs: 30_000 })).toMatchObject({ remaining: 0 })
  await first.collector.close()
  telemetry.identify('ada')
  telemetry.setContext({ level: 2 })
  push(2)
  telemetry.setLabels({ gpu: null, team: 'red' })
  push(5)
  const { collector } = await aCollectorAt(data, Number(new URL(first.listening.url).port))
  telemetry.identify(null)
  telemetry.setContext({ level: null, boss: null })
  push(1)
  expect(await telemetry.flush({ timeoutMs: 30_000 })).toMatchObject({ remaining: 0 })
  const { rows } = await collector.query(`SELECT min(seq), max(seq), context::VARCHAR, label_history.labels
    FROM events ASOF JOIN label_history
      ON events.session_id = label_history.session_id AND events.seq >= label_history.from_seq
    GROUP BY ALL ORDER BY 1`)
  const start = { gpu: 'x', team: 'none' }
  expect(rows).toEqual([
    [1, 2, null, start],
    [3, 5, '{"level":1,"boss":false}', start],
    [6, 7, '{"level":2,"boss":false}', { ...start, player: 'ada' }],
    [8, 12, '{"level":2,"boss":false}', { team: 'red', player: 'ada' }],
    [13, 13, null, { team: 'red' }],
  ])
  const isFound = async (label: string, value: string): Promise<unknown> => {
    const narrowing = {
      labels: new Map([
        ['team', 'red'],
        [label, value],
      ]),
    }
    const tables = new Map([['events', [{ name: 'session_id', type: 'VARCHAR' }]]])
    const schema = { database: 'main', tables }
    const answer = await collector.query(narrowSql('SELECT count(*) = 13 FROM events', narrowing, schema, duckdb))
    return answer.rows[0]?.[0]
  }
  // A question is narrowed to sessions that had all of these at one time.
  expect([await isFound('player', 'ada'), await isFound('gpu', 'x')]).toEqual([true, false])
  expect((await collector.query('SELECT labels, labels_from FROM sessions')).rows).toEqual([[{ team: 'red' }, 13]])
})
