/** Plain senders: anything that can send a JSON array. */
import { expect, it } from 'vitest'
import { aClient, aCollector, aHello, aSocket, post, rowsOf } from './harness.ts'

it('stores what curl posts', async () => {
  const { listening, data, stop } = await aCollector()
  const body = '[{"type":"x"},{"type":"y","data":{"a":1},"id":"mine","seq":7,"extra":true}]'
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await fetch(`${listening.url}/telemetry`, { method: 'POST', body, headers })
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({
    t: 'ack',
    seq: 2,
    ack: 2,
    totals: { dropped: {}, rejected: {} },
    rejected: [],
    features: ['context'],
  })
  await stop()
  expect(
    await rowsOf(data, 'SELECT seq::INT, type, data::VARCHAR, envelope::VARCHAR FROM events ORDER BY seq'),
  ).toEqual([
    [1, 'x', 'null', null],
    [2, 'y', '{"a":1}', '{"id":"mine","seq":7,"extra":true}'],
  ])
  expect(await rowsOf(data, "SELECT delivery, stored::INT, ended, session_id LIKE 'plain:%' FROM sessions")).toEqual([
    ['plain', 2, true, true],
  ])
})

it('stores what a plain WebSocket sends, as an array or as lines', async () => {
  const { listening, data, stop } = await aCollector()
  const socket = await aSocket(listening.telemetry)
  socket.sendText('[{"type":"x"}]')
  socket.sendText('{"type":"y"}\n{"type":"z"}\n')
  socket.ws.close(1000)
  await socket.closed
  await stop()
  expect(await rowsOf(data, 'SELECT seq::INT, type FROM events ORDER BY seq')).toEqual([
    [1, 'x'],
    [2, 'y'],
    [3, 'z'],
  ])
})

it('passes over a byte order mark, whatever brings it', async () => {
  const { listening, data, stop } = await aCollector()
  const bodies = ['[{"type":"array"}]', '{"type":"line"}\n{"type":"line"}'].map((body) => `\ufeff${body}`)
  const socket = await aSocket(listening.telemetry)
  for (const body of bodies) {
    socket.sendText(body)
    expect((await post(listening, body)).status).toBe(200)
  }
  const client = await aClient(listening)
  client.sendText(`\ufeff${JSON.stringify({ t: 'hello', ...aHello() })}`)
  expect(await client.next()).toMatchObject({ t: 'welcome' })
  await stop()
  const sql = 'SELECT type, count(*)::INT FROM events GROUP BY type ORDER BY type'
  expect(await rowsOf(data, sql)).toEqual([
    ['array', 2],
    ['line', 4],
  ])
})
