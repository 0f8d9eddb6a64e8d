/** Times: the client's beside the collector's, and UTC wherever the collector stands. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { defineEvents } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { aClient, aCollector, aFolder, aHello, onceStored, post, rowsOf } from './harness.ts'

const events = defineEvents({ x: z.unknown() })
const year = 365 * 24 * 3600 * 1000
const apart = 'round(epoch(received_at - corrected_ts) / 3600)::INT'

it('corrects the clock of a device that is a year off, in the table, the views and the exports', async () => {
  const { listening, collector } = await aCollector({ events })
  const client = await aClient(listening, aHello({ now: Date.now() - year }))
  await client.hello()
  await client.batch(1, [{ type: 'x', timestamp: Date.now() - year }])
  for (const relation of ['events', 'x']) {
    const { rows } = await collector.query(
      `SELECT round(epoch(received_at - ts) / 86400)::INT, ${apart} FROM ${relation}`,
    )
    expect(rows).toEqual([[365, 0]])
  }
  const download = async (query: string) =>
    (await fetch(`${listening.url}/api/dump?${query}`, { headers: onceStored })).text()
  const line = JSON.parse(await download('format=ndjson'))
  expect(Math.abs(line.correctedTimestamp - line.receivedAt)).toBeLessThan(60_000)
  expect(await download('format=csv&type=x')).toMatch(/^session_id,seq,ts,corrected_ts,received_at/)
  const { events: page } = await (await fetch(`${listening.url}/api/events`, { headers: { prefer: 'wait=60' } })).json()
  expect(page[0].correctedTimestamp).toBe(line.correctedTimestamp)
})

it('corrects by the clock as it is, also where it is set between two connections', async () => {
  const { listening, collector } = await aCollector()
  const hello = aHello({ now: Date.now() - year })
  const first = await aClient(listening, hello)
  await first.hello()
  await first.batch(1, [{ type: 'x', timestamp: Date.now() - year }])
  const second = await aClient(listening, { ...hello, conn: 2, next: 2, pushed: 1, now: Date.now() })
  await second.hello()
  await second.batch(2, [{ type: 'x', timestamp: Date.now() }])
  const { rows } = await collector.query(`SELECT seq, ${apart} FROM events ORDER BY seq`)
  expect(rows).toEqual([
    [1, 0],
    [2, 0],
  ])
})

it('leaves times as they are where the offset is unknown, or would leave all dates behind', async () => {
  const { listening, data, stop } = await aCollector()
  await post(listening, [{ type: 'plain', timestamp: 1000 }])
  const client = await aClient(listening, aHello({ now: 0 }))
  await client.hello()
  await client.batch(1, [{ type: 'last', timestamp: 8.64e15 }])
  await stop()
  expect(await rowsOf(data, 'SELECT type, ts = corrected_ts FROM events ORDER BY type')).toEqual([
    ['last', true],
    ['plain', true],
  ])
})

const script = `
  import { createCollector } from '@downlink/collector'
  const collector = createCollector({ data: process.argv[1], logger: false })
  const { url } = await collector.listen({ port: 0 })
  await fetch(url + '/telemetry', { method: 'POST', body: '[{"type":"x"}]' })
  const { rows } = await collector.query(process.argv[2])
  console.log(JSON.stringify([new Date().getTimezoneOffset(), ...rows]))
  await collector.close()
`

it('answers in UTC from a machine in Tokyo', async () => {
  const at = "TIMESTAMPTZ '2026-01-02 03:04:05+00'"
  const sql = `SELECT
    (SELECT count(*) FROM events WHERE received_at > now() - INTERVAL 1 hour AND received_at <= now() + INTERVAL 1 minute),
    (SELECT count(*) FROM events WHERE received_at::DATE BETWEEN current_date - 1 AND current_date),
    ${at}, ${at}::VARCHAR, ${at}::TIMESTAMP, [${at}], {'a': ${at}}, MAP {${at}: ${at}}, date_trunc('day', ${at}),
    '2026-01-02 03:04:05'::TIMESTAMPTZ = ${at}, strftime(${at}, '%H'), extract(hour FROM ${at})`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, await aFolder(), sql], {
    cwd: import.meta.dirname,
    env: { ...process.env, TZ: 'Asia/Tokyo' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  await once(child, 'close')
  const iso = '2026-01-02T03:04:05.000Z'
  const row = [1, 1, iso, '2026-01-02 03:04:05+00', iso, [iso], { a: iso }, [{ key: iso, value: iso }]]
  expect(JSON.parse(out)).toEqual([-540, [...row, '2026-01-02T00:00:00.000Z', true, '03', 3]])
})
