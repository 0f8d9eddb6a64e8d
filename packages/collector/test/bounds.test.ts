/** What one sender may have under way, and all of them together. */
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { aBystander, aClient, aCollector, aHello, aSocket, post } from './harness.ts'

const v1 = ['downlink.v1']
const event = { type: 'a', timestamp: 1 }
const events = (count: number) => Array.from({ length: count }, () => event)
const statusOf = async (answer: Promise<Response>) => {
  const response = await answer
  const { error } = (await response.json()) as { error?: { code: string } }
  return [response.status, error?.code, response.headers.get('retry-after')]
}

it('charges a POST by its elements, plain or gzip, acknowledged or not', async () => {
  const { listening } = await aCollector({ limits: { maxEventsPerSecond: 100 } })
  expect(await statusOf(post(listening, events(1100)))).toEqual([200, undefined, null])
  const gzip = { 'content-encoding': 'gzip' }
  const acked = { ...aHello({ pushed: 1 }), seq: 1, events: events(1) }
  for (const answer of [post(listening, gzipSync('[0]'), gzip), post(listening, acked)]) {
    expect(await statusOf(answer)).toEqual([429, 'too_fast', expect.stringMatching(/^(9|10|11)$/)])
  }
})

it.each(['maxPendingBytesPerAddress', 'maxPendingBytes'])('bounds what waits for its commit by %s', async (limit) => {
  // Nothing is committed before the end.
  const { listening, stop } = await aCollector({ limits: { [limit]: 3000 }, commit: { groupMs: 600_000 } })
  const first = post(listening, events(50))
  const pending = async () => (await fetch(`${listening.url}/metrics`)).text()
  await expect.poll(pending).toContain('\ndownlink_events_pending 50\n')
  expect(await statusOf(post(listening, events(80)))).toEqual([503, 'unavailable', '2'])
  const socket = await aSocket(listening.telemetry)
  socket.sendText(JSON.stringify(events(80)))
  expect(await socket.closed).toMatchObject({ code: 1013 })
  await stop()
  expect((await first).status).toBe(200)
})

it('bounds the bodies that are on their way', async () => {
  const { listening } = await aCollector({ limits: { maxPendingBytesPerAddress: 262_144 } })
  const slow = connect(Number(new URL(listening.url).port), '127.0.0.1')
  onTestFinished(() => void slow.destroy())
  slow.write(
    'POST /telemetry HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n',
  )
  await new Promise((resolve) => slow.once('data', resolve))
  expect(await statusOf(post(listening, [event]))).toEqual([503, 'unavailable', '2'])
  slow.destroy()
  await expect.poll(async () => (await post(listening, [event])).status).toBe(200)
})

it('closes on a message in too many fragments', async () => {
  const { listening, data } = await aCollector()
  const bystander = await aBystander(listening, data)
  const socket = await aSocket(listening.telemetry)
  for (let sent = 0; sent < 200; sent++) socket.ws.send('x', { fin: false })
  expect(await socket.closed).toMatchObject({ code: 1008 })
  await bystander.say()
})

it('closes on a message that does not end, however alive its sender is', async () => {
  const { listening } = await aCollector({ limits: { heartbeatMs: 100, requestTimeoutMs: 300 } })
  const client = await aClient(listening)
  await client.hello()
  const alive = setInterval(() => client.ws.readyState === WebSocket.OPEN && client.ws.ping(), 50)
  onTestFinished(() => clearInterval(alive))
  client.ws.send('{', { fin: false })
  expect(await client.closed).toEqual({ code: 4413, reason: 'Expected a message to be there within 300 ms' })
})

it('takes a hello that comes byte by byte', async () => {
  const { listening } = await aCollector()
  const raw = connect(Number(new URL(listening.url).port), '127.0.0.1').setNoDelay(true)
  onTestFinished(() => void raw.destroy())
  const key = Buffer.alloc(16).toString('base64')
  raw.write(
    `GET /telemetry HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: downlink.v1\r\n\r\n`,
  )
  await new Promise((resolve) => raw.once('data', resolve))
  const payload = Buffer.from(JSON.stringify({ t: 'hello', ...aHello() }))
  const frame = Buffer.concat([
    Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 0xff, 0, 0, 0, 0]),
    payload,
  ])
  const answered = new Promise<Buffer>((resolve) => raw.once('data', resolve))
  for (const byte of frame) {
    raw.write(Buffer.from([byte]))
    await new Promise(setImmediate)
  }
  expect(String(await answered)).toContain('"t":"welcome"')
})

it.each([
  ['pings of the protocol', (ws: WebSocket) => ws.ping()],
  ['pongs that nobody asked for', (ws: WebSocket) => ws.pong()],
  ['pings as frames', (ws: WebSocket) => ws.send('{"t":"ping"}')],
  ['ends without end', (ws: WebSocket) => ws.send('{"t":"batch","seq":1,"pushed":0,"events":[],"end":true}')],
])('closes on a loop of %s', async (_name, send) => {
  const { listening, data } = await aCollector({ limits: { maxEventsPerSecond: 100 } })
  const bystander = await aBystander(listening, data)
  const client = await aClient(listening)
  await client.hello()
  for (let sent = 0; sent < 1000; sent++) send(client.ws)
  expect(await client.closed).toMatchObject({ code: 4429 })
  await bystander.say()
})

it('answers a ping of the protocol', async () => {
  const { listening } = await aCollector()
  const client = await aClient(listening)
  await client.hello()
  const pong = new Promise((resolve) => client.ws.once('pong', (data) => resolve(String(data))))
  client.ws.ping('are you there')
  expect(await pong).toBe('are you there')
})

it.each([
  [{ maxSockets: 1 }, 'Expected at most 1 sockets in all'],
  [{ maxSocketsPerAddress: 1 }, 'Expected at most 1 sockets from this address'],
  [{ maxHandshakesPerAddress: 1 }, 'Expected at most 1 sockets from this address that have not said hello'],
])('says which places are taken: %j', async (limits, reason) => {
  const { listening } = await aCollector({ limits })
  await aSocket(listening.telemetry, v1)
  const second = await aSocket(listening.telemetry, v1)
  expect(await second.closed).toEqual({ code: 4429, reason })
})
