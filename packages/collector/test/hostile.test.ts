/** Bad input: each gets its coded answer, and a well-behaved session beside it notices nothing. */
import { gzipSync } from 'node:zlib'
import { defineEvents, type PostAnswer } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { aBystander, aClient, aCollector, aCollectorOnce, aHello, aSocket, post, rowsOf } from './harness.ts'

const v1 = ['downlink.v1']
const event = { type: 'a', timestamp: 1 }
const batch = (seq: number, events: unknown[], pushed = seq + events.length - 1) =>
  JSON.stringify({ t: 'batch', seq, pushed, events })

/** What is sent once the session is open, and the close that it gets. */
const badFrames: Record<string, { readonly send: string | Buffer; readonly code: number }> = {
  'malformed JSON': { send: '{"t":"batch"', code: 4400 },
  'no object': { send: '[]', code: 4400 },
  'an unknown frame': { send: '{"t":"dance"}', code: 4400 },
  'a second hello': { send: JSON.stringify({ t: 'hello', ...aHello() }), code: 4400 },
  'a sequence that jumps': { send: batch(5, [event]), code: 4400 },
  'a sequence of zero': { send: batch(0, [event], 1), code: 4400 },
  'pushed below the batch': { send: batch(1, [event, event], 1), code: 4400 },
  'an unknown drop reason': { send: batch(1, [{ drop: { boredom: 1 } }]), code: 4400 },
  'a negative drop': { send: batch(1, [{ drop: { overflow: -1 } }]), code: 4400 },
  'a drop that no double counts': { send: batch(1, [{ drop: { overflow: 2 ** 53 } }], 2 ** 53), code: 4400 },
  'a frame nested 100,000 deep': { send: `${'['.repeat(1e5)}${']'.repeat(1e5)}`, code: 4400 },
  'drops that add up past 2^53': {
    send: batch(1, Array(4).fill({ drop: { overflow: 2 ** 53 - 1 } }), 2 ** 53 - 1),
    code: 4400,
  },
  'several events of one sequence, for a double has no next': {
    send: batch(1, [{ drop: { overflow: 2 ** 53 - 2 } }, event, event, event, event], 2 ** 53 - 1),
    code: 4400,
  },
  'a batch of 100,000 nothings': { send: batch(1, Array(100_000).fill(0)), code: 4413 },
  'a binary frame': { send: Buffer.from(batch(1, [event])), code: 4400 },
  'a frame of 10 MB': { send: batch(1, [{ ...event, data: 'x'.repeat(1e7) }]), code: 1009 },
}

const anyCollector = aCollectorOnce()

it.each(Object.entries(badFrames))('closes on %s', async (_name, { send, code }) => {
  const { collector, listening, data } = await anyCollector()
  const bystander = await aBystander(listening, data)
  const client = await aClient(listening)
  await client.hello()
  client.ws.send(send)
  expect(await client.closed).toMatchObject({ code })
  await bystander.say()
  expect(await collector.ledger(bystander.session)).toMatchObject({ stored: bystander.said, open: true })
})

it('closes on invalid UTF-8 with 1007', async () => {
  const { listening } = await aCollector()
  const client = await aClient(listening)
  await client.hello()
  client.ws.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false })
  expect(await client.closed).toMatchObject({ code: 1007 })
})

/** What is sent instead of a hello, and the close that it gets. */
const badHellos: Record<string, { readonly send: string; readonly code: number }> = {
  'a batch before hello': { send: batch(1, [event]), code: 4400 },
  'no session': { send: JSON.stringify({ t: 'hello', ...aHello(), session: '' }), code: 4400 },
  "a session of the collector's own kind": {
    send: JSON.stringify({ t: 'hello', ...aHello(), session: 'plain:1' }),
    code: 4400,
  },
  'no proof': { send: JSON.stringify({ t: 'hello', ...aHello(), proof: 'x' }), code: 4400 },
  'next near 2^53': {
    send: JSON.stringify({ t: 'hello', ...aHello(), next: 2 ** 53 - 1, pushed: 2 ** 53 - 2 }),
    code: 4400,
  },
  'next past pushed': { send: JSON.stringify({ t: 'hello', ...aHello(), next: 9 }), code: 4400 },
  'a hello of over 16 KiB': { send: JSON.stringify({ t: 'hello', ...aHello(), junk: 'x'.repeat(16_384) }), code: 4413 },
}

it.each(Object.entries(badHellos))('closes on %s', async (_name, { send, code }) => {
  const { listening } = await anyCollector()
  const socket = await aSocket(listening.telemetry, v1)
  socket.sendText(send)
  expect(await socket.closed).toMatchObject({ code })
})

it('closes without a hello in time', async () => {
  const { listening } = await aCollector({ limits: { helloTimeoutMs: 50 } })
  const socket = await aSocket(listening.telemetry, v1)
  expect(await socket.closed).toMatchObject({ code: 4408 })
})

it('closes on a wrong key, and on one that is removed later', async () => {
  const { listening, collector } = await aCollector({ keys: ['right'] })
  for (const over of [{}, { key: 'wrong' }]) {
    const client = await aClient(listening, aHello(over))
    client.send({ t: 'hello', ...aHello(over) })
    expect(await client.closed).toMatchObject({ code: 4401 })
  }
  const plain = await aSocket(listening.telemetry)
  expect(await plain.closed).toMatchObject({ code: 4401 })
  const plainWithKey = await aSocket(`${listening.telemetry}?key=right`)
  const client = await aClient(listening, aHello({ key: 'right' }))
  expect(await client.hello()).toMatchObject({ t: 'welcome' })
  collector.setKeys(['other'])
  expect(await client.closed).toMatchObject({ code: 4401 })
  expect(await plainWithKey.closed).toMatchObject({ code: 4401 })
})

it('closes on a foreign origin, a foreign host and a wrong proof', async () => {
  const { listening } = await aCollector({ origins: ['https://game.example'] })
  const refused = [{ origin: 'https://evil.example' }, { headers: { host: 'evil.example' } }]
  for (const options of refused) {
    const socket = await aSocket(listening.telemetry, v1, options)
    expect(await socket.closed).toMatchObject({ code: 4403 })
  }
  const hello = aHello()
  const client = await aClient(listening, hello, { origin: 'https://game.example' })
  expect(await client.hello()).toMatchObject({ t: 'welcome' })
  const thief = await aClient(listening, { ...hello, proof: '0'.repeat(32), conn: 9 })
  thief.send({ t: 'hello', ...hello, proof: '0'.repeat(32), conn: 9 })
  expect(await thief.closed).toMatchObject({ code: 4403 })
  expect(await client.batch(1, [event])).toMatchObject({ t: 'ack', seq: 1 })
})

it('rejects single events that are no good, and stores their neighbours', async () => {
  const events = defineEvents({ a: z.object({ n: z.number() }) })
  const { listening, data, stop } = await aCollector({ events })
  const client = await aClient(listening)
  await client.hello()
  const good = { type: 'a', timestamp: 1, data: { n: 1 } }
  const deep = JSON.parse(`${'{"d":'.repeat(40)}1${'}'.repeat(40)}`)
  const wide = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i]))
  const bad: [unknown, string][] = [
    [{ type: 'unknown', timestamp: 1 }, 'unknown_type'],
    [{ ...good, data: { n: 'one' } }, 'invalid_payload'],
    [{ ...good, data: { n: 1, s: '\ud800' } }, 'bad_text'],
    [{ ...good, data: { n: 1, deep } }, 'too_deep'],
    [{ ...good, data: wide }, 'too_many_keys'],
    [{ ...good, data: { n: 1, s: 'x'.repeat(70_000) } }, 'too_large'],
    [{ ...good, timestamp: 1e300 }, 'bad_timestamp'],
    [{ ...good, version: 0.5 }, 'bad_event'],
    [null, 'bad_event'],
    [[[[]]], 'bad_event'],
  ]
  const ack = await client.batch(1, [good, ...bad.map(([element]) => element), good])
  expect(ack).toMatchObject({ t: 'ack', seq: bad.length + 2 })
  expect(ack.t === 'ack' && ack.rejected?.map(({ code }) => code)).toEqual(bad.map(([, code]) => code))
  // 1e999 is a number only to a parser.
  client.sendText(`{"t":"batch","seq":13,"pushed":13,"events":[{"type":"a","timestamp":1,"data":{"n":1,"big":1e999}}]}`)
  expect(await client.next()).toMatchObject({ seq: 13, rejected: [{ code: 'bad_number' }] })
  await stop()
  expect(await rowsOf(data, 'SELECT seq::INT FROM events ORDER BY seq')).toEqual([[1], [12]])
  expect(await rowsOf(data, 'SELECT count(*)::INT FROM rejected_events')).toEqual([[11]])
})

it.each([
  ['an array of nothings', `[${Array(131_000).fill(0).join()}]`],
  ['lines', '{}\n'.repeat(80_000)],
  ['lines that are not JSON', 'x\n'.repeat(131_000)],
  ['a batch', JSON.stringify({ ...aHello(), seq: 1, pushed: 131_000, events: Array(100_000).fill(0) })],
])('refuses %s of far too many elements, before one becomes a row', async (_name, body) => {
  const { collector, listening, data } = await anyCollector()
  const bystander = await aBystander(listening, data)
  for (const send of [post(listening, body), post(listening, gzipSync(body), { 'content-encoding': 'gzip' })]) {
    const response = await send
    expect([response.status, await response.json()]).toMatchObject([413, { error: { code: 'too_large' } }])
  }
  await bystander.say()
  expect((await collector.query('SELECT count(*)::INT FROM rejected_events')).rows).toEqual([[0]])
})

it('keeps a hundred of the rejected events of a batch, counts all, and the ledger adds up', async () => {
  const { collector, listening, data, stop } = await aCollector()
  const nonsense = [...Array(3000).fill(0), { type: 'x', timestamp: 'soon' }]
  const response = await post(listening, JSON.stringify([{ type: 'x' }, ...nonsense]))
  const answer = (await response.json()) as PostAnswer
  const rejected = { bad_event: 3000, bad_timestamp: 1 }
  expect([answer.ack, answer.totals.rejected, answer.rejected.length]).toEqual([3002, rejected, 100])
  const client = await aClient(listening)
  await client.hello()
  expect(await client.batch(1, nonsense)).toMatchObject({ seq: 3001, totals: { rejected }, rejected: { length: 100 } })
  expect(await collector.ledger(client.session)).toMatchObject({ pushed: 3001, stored: 0, rejected, balanced: true })
  const metrics = await (await fetch(`${listening.url}/metrics`)).text()
  expect(metrics).toContain('downlink_events_rejected_total{code="bad_event"} 6000')
  await stop()
  expect(await rowsOf(data, 'SELECT count(*)::INT FROM rejected_events')).toEqual([[200]])
  expect(await rowsOf(data, 'SELECT rejected::INT, balanced FROM ledgers')).toEqual([
    [3001, true],
    [3001, true],
  ])
})

it('stores __proto__ keys as data', async () => {
  const { listening, data, stop } = await aCollector()
  await post(listening, '[{"type":"x","data":{"__proto__":{"admin":true}},"__proto__":{"x":1}}]')
  await stop()
  expect(await rowsOf(data, 'SELECT data::VARCHAR, envelope::VARCHAR FROM events')).toEqual([
    ['{"__proto__":{"admin":true}}', '{"__proto__":{"x":1}}'],
  ])
  expect(({} as { admin?: boolean }).admin).toBeUndefined()
})

it('closes a plain socket on a frame of too many elements', async () => {
  const { listening } = await aCollector()
  const socket = await aSocket(listening.telemetry)
  socket.sendText(`[${Array(5001).fill(0).join()}]`)
  expect(await socket.closed).toMatchObject({ code: 4413 })
})

it('closes a plain socket on what is no event at all', async () => {
  const { listening } = await aCollector()
  for (const text of ['hello', '7', '{"type":']) {
    const socket = await aSocket(listening.telemetry)
    socket.sendText(text)
    expect(await socket.closed).toMatchObject({ code: 4400 })
  }
})

it('asks a socket that is too fast to slow down, then closes it', async () => {
  const { listening } = await aCollector({ limits: { maxEventsPerSecond: 100 } })
  const client = await aClient(listening)
  await client.hello()
  const events = Array.from({ length: 101 }, () => event)
  client.send({ t: 'batch', seq: 1, pushed: 101, events })
  expect(await client.next()).toMatchObject({ t: 'slow', retryAfterMs: expect.any(Number) })
  for (let seq = 102; seq < 600; seq += 101) client.send({ t: 'batch', seq, pushed: seq + 100, events })
  expect(await client.closed).toMatchObject({ code: 4429 })
})

it('closes a socket that goes past its window', async () => {
  const { listening } = await aCollector({ limits: { windowEvents: 10 }, commit: { groupMs: 10_000 } })
  const client = await aClient(listening)
  client.send({ t: 'hello', ...aHello() })
  for (let seq = 1; seq < 100; seq += 10)
    client.send({ t: 'batch', seq, pushed: seq + 9, events: Array(10).fill(event) })
  expect(await client.closed).toMatchObject({
    code: expect.toSatisfy((code: number) => code === 4429 || code === 4400),
  })
})
