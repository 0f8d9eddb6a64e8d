/** What sessions owe that will not come back: a running sum, whatever their number. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { aClient, aCollector, aFolder, aHello, post } from './harness.ts'

const proof = '0'.repeat(32)

/** A database in which each of so many sessions owes two events. */
async function manyThatOwe(count: number): Promise<string> {
  const data = await aFolder()
  const { stop } = await aCollector({ data })
  await stop()
  const instance = await DuckDBInstance.create(join(data, 'downlink.duckdb'))
  const connection = await instance.connect()
  await connection.run(`INSERT INTO sessions BY NAME
    SELECT 's' || i AS session_id, 'acked' AS delivery, 1 AS committed_seq, 3 AS pushed, 1 AS stored, '{}' AS rejected,
      '{}' AS dropped, 0 AS missing, false AS ended, TIMESTAMP '2026-01-01' AS first_seen,
      TIMESTAMP '2026-01-01' AS last_seen, '${createHash('sha256').update(proof).digest('hex')}' AS proof_hash
    FROM range(${count}) AS sessions(i)`)
  connection.closeSync()
  instance.closeSync()
  return data
}

it('is in /metrics without a query, and follows each session that comes and goes', async () => {
  const data = await manyThatOwe(40_000)
  const { collector, listening } = await aCollector({ data, query: { maxConcurrent: 1 } })
  const outstanding = async () =>
    /^downlink_events_outstanding (\S+)$/m.exec(await (await fetch(`${listening.url}/metrics`)).text())?.[1]
  // The only reader is busy for as long as it may be.
  const query = collector.query('SELECT count(*) FROM range(100000000000) AS a(i) WHERE i % 7 = 3').catch(() => {})
  expect(await outstanding()).toBe('80000')
  const hello = aHello({ session: 's7', proof, next: 2, pushed: 3 })
  const client = await aClient(listening, hello)
  await client.hello()
  expect(await outstanding()).toBe('79998')
  await client.batch(2, [{ type: 'a', timestamp: 1 }], 9)
  client.ws.close()
  await client.closed
  await expect.poll(outstanding).toBe('80005')
  await post(listening, { ...hello, session: 's8', seq: 2, events: [{ type: 'a', timestamp: 1 }], end: true })
  expect(await outstanding()).toBe('80004')
  await post(listening, { ...hello, session: 's9', pushed: 5, seq: 2, events: [{ drop: { overflow: 4 } }] })
  expect(await outstanding()).toBe('80002')
  await collector.close()
  await query
})
