/** What a session says of itself: it never costs the session, and what is left out is said. */
import { expect, it } from 'vitest'
import { aClient, aCollector, aCollectorOnce, aHello, aSocket, post, rowsOf } from './harness.ts'

const event = { type: 'a', timestamp: 1 }

/** As senders in other languages may put it; the client itself makes all of it fit. */
const odd: Record<string, object> = {
  'a label that is a number': { meta: { labels: { cores: 8 } } },
  'labels that are null': { meta: { labels: null } },
  'labels of 8 KiB': { meta: { labels: { a: 'x'.repeat(4000), b: 'x'.repeat(4000) } } },
  'half an emoji': { meta: { labels: { mood: '\ud83d' } } },
  'a build that is a number': { meta: { build: 142 } },
  'meta that is text': { meta: 'build 142' },
  'a schema of 200 characters': { schema: 's'.repeat(200) },
  'a schema that is an object': { schema: { version: 2 } },
  'a key that is a number, where none is asked for': { key: 7 },
}

const anyCollector = aCollectorOnce()
const keyedCollector = aCollectorOnce({ keys: ['k'] })

it.each(Object.entries(odd))('takes a session with %s, on a socket and by POST', async (_name, details) => {
  const { collector, listening } = await anyCollector()
  const hello = { ...aHello(), ...details }
  const client = await aClient(listening, hello)
  expect(await client.hello()).toMatchObject({ t: 'welcome', leftOut: [expect.stringContaining('Expected ')] })
  expect(await client.batch(1, [event])).toEqual({ t: 'ack', seq: 1, totals: { dropped: {}, rejected: {} } })
  const another = { ...aHello({ pushed: 1 }), ...details }
  const posted = await post(listening, { ...another, seq: 1, events: [event] })
  expect([posted.status, await posted.json()]).toMatchObject([
    200,
    { ack: 1, leftOut: [expect.stringContaining('Expected ')] },
  ])
  for (const { session } of [hello, another]) expect(await collector.ledger(session)).toMatchObject({ stored: 1 })
})

it('keeps what fits, and says nothing where all of it does', async () => {
  const { listening, data, stop } = await aCollector()
  const meta = { build: 'b1', labels: { a: 'x'.repeat(2000), b: 'x'.repeat(3000), c: 'z' } }
  const client = await aClient(listening, aHello({ schema: 'v1', meta }))
  expect(await client.hello()).toMatchObject({
    leftOut: ['Expected build and labels of at most 4096 bytes, got no room for label "b"'],
  })
  const other = await aClient(listening, aHello({ meta: { build: 'b1' } }))
  expect(await other.hello()).not.toHaveProperty('leftOut')
  await client.batch(1, [event])
  await stop()
  const sql = `SELECT build, labels->>'c', labels->>'b', schema FROM sessions WHERE session_id = '${client.session}'`
  expect(await rowsOf(data, sql)).toEqual([['b1', 'z', null, 'v1']])
})

it('keeps no row of who only comes and goes, whatever way', async () => {
  const { listening, collector } = await aCollector()
  const hello = aHello({ meta: { build: 'b1' } })
  const ends = { seq: 1, pushed: 0, events: [], end: true }
  const leaver = await aClient(listening)
  await leaver.hello()
  leaver.send({ t: 'batch', ...ends })
  expect(await leaver.next()).toMatchObject({ t: 'ack', seq: 0 })
  const plain = await aSocket(listening.telemetry)
  plain.sendText('[]')
  for (const socket of [leaver, plain]) {
    socket.ws.close()
    await socket.closed
  }
  for (const body of [{ ...aHello(), ...ends }, []]) {
    expect(await (await post(listening, body)).json()).toMatchObject({ ack: 0 })
  }
  const late = await aClient(listening, hello)
  await late.hello()
  await collector.settled()
  const sessions = async () => (await collector.query('SELECT session_id, build, stored::INT FROM sessions')).rows
  expect(await sessions()).toEqual([])
  await late.batch(1, [event])
  expect(await sessions()).toEqual([[hello.session, 'b1', 1]])
})

it('takes a hello of 16 KiB, and a key of 4,096 characters', async () => {
  const key = `ey.${'k'.repeat(4093)}`
  const { listening } = await aCollector({ keys: [key] })
  const client = await aClient(listening, aHello({ key }))
  expect(await client.hello({ meta: { labels: { a: 'x'.repeat(12_000) } } })).toMatchObject({
    t: 'welcome',
    leftOut: { length: 1 },
  })
  const posted = await post(listening, { ...aHello({ key, pushed: 1 }), seq: 1, events: [event] })
  expect(posted.status).toBe(200)
})

it.each([`${'k'.repeat(4096)} `, 7, '\ud800', ' k', null])(
  'refuses a key that is none as unauthorised',
  async (key) => {
    const { listening } = await keyedCollector()
    const client = await aClient(listening)
    client.sendText(JSON.stringify({ t: 'hello', ...aHello(), key }))
    expect(await client.closed).toMatchObject({ code: 4401 })
    const posted = await post(listening, { ...aHello({ pushed: 1 }), key, seq: 1, events: [event] })
    expect(posted.status).toBe(401)
  },
)
