/** Contexts and labels that change: what a sender says once holds for each event behind it, and is in SQL exactly so. */
import type { LiveTail } from '@downlink/collector'
import { defineEvents } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { aClient, aCollector, aHello, aListener, onceStored, post } from './harness.ts'

const at = 1_767_225_600_000
const anEvent = (more: object = {}) => ({ type: 'hit', timestamp: at, data: 1, ...more })
const selectContexts = 'SELECT seq, context::VARCHAR FROM events ORDER BY session_id, seq'
const selectHistory = 'SELECT from_seq, until_seq, labels FROM label_history ORDER BY from_seq'

it('is of each event from the one that says it, until another does, as the text that it came as', async () => {
  const { listening, collector } = await aCollector()
  const client = await aClient(listening)
  expect(await client.hello()).toMatchObject({ t: 'welcome', features: ['context'] })
  const context = '{"level": 3 , "share":0.10, "map":"d\\u00fcne","boss":false}'
  const events = `{"type":"a","timestamp":1},{"type":"b","timestamp":1,"context":${context}},{"type":"c","timestamp":1},
    {"drop":{"overflow":2}},{"type":"d","timestamp":1},{"type":"e","timestamp":1,"context":{}}`
  client.sendText(`{"t":"batch","seq":1,"pushed":7,"events":[${events}]}`)
  expect(await client.next()).not.toHaveProperty('leftOut')
  // A batch begins with none.
  await client.batch(8, [anEvent(), anEvent({ context: { level: 4 } })])
  const { rows } = await collector.query(selectContexts)
  expect(rows).toEqual([
    [1, null],
    [2, context],
    [3, context],
    [6, context],
    [7, null],
    [8, null],
    [9, '{"level":4}'],
  ])
  expect((await collector.query("SELECT context->>'map' FROM events WHERE seq = 6")).rows).toEqual([['düne']])
})

it('holds behind what is a repeat, a drop or rejected, over a socket and by POST', async () => {
  const { listening, collector } = await aCollector()
  const hello = aHello({ pushed: 6 })
  const client = await aClient(listening, hello)
  await client.hello()
  await client.batch(1, [anEvent({ context: { level: 1 }, labels: { team: 'red' } })], 6)
  // The whole of it again, and more.
  await client.batch(1, [anEvent({ context: { level: 1 }, labels: { team: 'red' } }), anEvent()], 6)
  await client.batch(3, [{ type: 7, context: { level: 2 }, labels: { team: 'blue' } }, anEvent()], 6)
  const dropped = { drop: { overflow: 1 }, context: { level: 3 }, labels: { team: 'red' } }
  const body = { t: 'batch', ...hello, seq: 5, events: [dropped, anEvent()] }
  expect(await (await post(listening, body)).json()).toMatchObject({ ack: 6, features: ['context'] })
  expect((await collector.query(selectContexts)).rows).toEqual([
    [1, '{"level":1}'],
    [2, '{"level":1}'],
    [4, '{"level":2}'],
    [6, '{"level":3}'],
  ])
  expect((await collector.query('SELECT seq, context FROM rejected_events')).rows).toEqual([[3, { level: 2 }]])
  expect((await collector.query(selectHistory)).rows).toEqual([
    [1, 3, { team: 'red' }],
    [3, 6, { team: 'blue' }],
    [6, null, { team: 'red' }],
  ])
})

it('keeps what labels a session had, over those of its hello, and the latest beside it', async () => {
  const { listening, collector, data, stop } = await aCollector()
  const hello = aHello({ meta: { labels: { gpu: 'x', team: 'none' } } })
  const client = await aClient(listening, hello)
  await client.hello()
  await client.batch(1, [anEvent(), anEvent({ labels: { player: 'ada', team: 'red' } }), anEvent()])
  const select = 'SELECT labels, labels_from FROM sessions'
  expect((await collector.query(select)).rows).toEqual([[{ gpu: 'x', team: 'red', player: 'ada' }, 2]])
  await client.batch(4, [anEvent({ labels: { player: 'ada', team: 'red' } }), anEvent({ labels: { gpu: null } })])
  await stop()
  const second = await aCollector({ data })
  const again = await aClient(second.listening, { ...hello, conn: 2, next: 6, pushed: 6 })
  await again.hello()
  expect((await second.collector.query(select)).rows).toEqual([[{ team: 'none' }, 5]])
  await again.batch(6, [anEvent({ labels: { gpu: null } }), anEvent()])
  await again.batch(8, [anEvent()])
  expect((await second.collector.query(selectHistory)).rows).toEqual([
    [1, 2, { gpu: 'x', team: 'none' }],
    [2, 5, { gpu: 'x', team: 'red', player: 'ada' }],
    [5, 8, { team: 'none' }],
    [8, null, { gpu: 'x', team: 'none' }],
  ])
})

it('leaves out what does not fit, says so, and takes the event', async () => {
  const { listening, collector } = await aCollector()
  const client = await aClient(listening)
  await client.hello()
  const events = `{"type":"a","timestamp":1,"context":{"a":1,"deep":{"a":1},"big":1e999,"b":"\\ud800","a":2,"__proto__":"p"}},
    {"type":"b","timestamp":1,"context":7,"labels":{"n":1,"__proto__":"p"}},
    {"type":"c","timestamp":1,"context":{"long":"${'x'.repeat(4096)}","c":3}}`
  client.sendText(`{"t":"batch","seq":1,"pushed":3,"events":[${events}]}`)
  const ack = await client.next()
  expect(ack).toMatchObject({ t: 'ack', seq: 3, totals: { rejected: {} } })
  expect(ack).toHaveProperty('leftOut', [
    'Expected "deep" of "context" to be well-formed text, a number, true or false, got {"a":1}',
    'Expected "big" of "context" to be well-formed text, a number, true or false, got Infinity',
    expect.stringMatching(/^Expected "b" of "context" to be well-formed text, a number, true or false, got "/),
    'Expected each key of "context" once, got "a" twice',
    'Expected "context" to be an object, got 7',
    'Expected "n" of "labels" to be well-formed text or null, got 1',
    'Expected "context" of at most 4096 bytes, got no room for "long"',
  ])
  expect((await collector.query(selectContexts)).rows).toEqual([
    [1, '{"a":2,"__proto__":"p"}'],
    [2, null],
    [3, '{"c":3}'],
  ])
  expect((await collector.query('SELECT labels::VARCHAR FROM label_history WHERE until_seq IS NULL')).rows).toEqual([
    ['{"__proto__":"p"}'],
  ])
})

it('is of a plain event alone where it is one as a whole; what is none stays in its envelope', async () => {
  const { listening, collector } = await aCollector()
  const events = [
    { type: 'a', context: { level: 1 }, labels: { player: 'ada' }, id: 7 },
    { type: 'b', context: { page: { url: '/' } }, labels: 'none' },
    { type: 'c', labels: { player: 'bo' } },
  ]
  await post(listening, events)
  expect((await collector.query('SELECT seq, context, envelope FROM events')).rows).toEqual([
    [1, { level: 1 }, { id: 7 }],
    [2, null, { context: { page: { url: '/' } }, labels: 'none' }],
    [3, null, null],
  ])
  expect((await collector.query(selectHistory)).rows).toEqual([
    [1, 3, { player: 'ada' }],
    [3, null, { player: 'bo' }],
  ])
})

it('is had by what is judged anew, by dumps and by the live feed', async () => {
  const strict = defineEvents({ hit: z.object({ damage: z.int() }) })
  const first = await aCollector({ events: strict })
  const listener = await aListener(first.listening.url)
  const client = await aClient(first.listening)
  await client.hello()
  const hit = (damage: number, more = {}) => ({ type: 'hit', timestamp: at, data: { damage }, ...more })
  await client.batch(1, [hit(1, { context: { level: 1 }, labels: { team: 'red' } }), hit(0.5), hit(2, { context: {} })])
  const { events } = await listener.next<LiveTail>('tail')
  expect(events.map(({ context }) => context)).toEqual([{ level: 1 }, undefined])
  await first.stop()
  const mended = defineEvents({ hit: z.object({ damage: z.number() }) })
  const { listening, collector } = await aCollector({ data: first.data, events: mended })
  await fetch(`${listening.url}/api/rejudge`, { method: 'POST' }).then((response) => response.text())
  expect((await collector.query('SELECT seq, context, damage FROM hit ORDER BY seq')).rows).toEqual([
    [1, { level: 1 }, 1],
    [2, { level: 1 }, 0.5],
    [3, null, 2],
  ])
  const lines = await dump(listening, { format: 'ndjson', withSession: 'true' })
  expect(
    lines.map((line) => JSON.parse(line)).map(({ seq, context, session }) => [seq, context, session.labels]),
  ).toEqual([
    [1, { level: 1 }, { team: 'red' }],
    [3, null, { team: 'red' }],
    [2, { level: 1 }, { team: 'red' }],
  ])
})

it('is found by any labels that a session had: by dumps, the list of sessions, and whoever is to be forgotten', async () => {
  const { listening, collector } = await aCollector()
  const ada = await aClient(listening, aHello({ meta: { labels: { player: 'guest' } } }))
  await ada.hello()
  await ada.batch(1, [anEvent(), anEvent({ labels: { player: 'ada' } }), { type: 7, labels: { player: 'ada' } }])
  await ada.batch(4, [anEvent()])
  const other = await aClient(listening, aHello({ meta: { labels: { player: 'bo' } } }))
  await other.hello()
  await other.batch(1, [anEvent()])
  const where = "labels->>'player' = 'ada'"
  const rowsOf = async (table: string) => (await dump(listening, { format: 'csv', table, where })).length - 1
  expect([await rowsOf('events'), await rowsOf('sessions'), await rowsOf('rejected')]).toEqual([3, 1, 1])
  for (const query of ['player=ada', 'label=player&value=ada', 'text=ADA']) {
    const { sessions } = await (await fetch(`${listening.url}/api/sessions?${query}`, { headers: onceStored })).json()
    expect(sessions.map(({ labels }: { labels: object }) => labels)).toEqual([{ player: 'guest' }])
  }
  const { labels } = await (await fetch(`${listening.url}/api/labels`, { headers: onceStored })).json()
  expect(labels).toMatchObject([
    {
      name: 'player',
      values: [
        { value: 'ada', sessions: 1 },
        { value: 'bo', sessions: 1 },
        { value: 'guest', sessions: 1 },
      ],
    },
  ])
  const forget = (more = '') =>
    fetch(`${listening.url}/api/forget?where=${encodeURIComponent(where)}${more}`, { method: 'POST' }).then(
      (response) => response.text(),
    )
  expect(JSON.parse((await forget('&dryRun=true')).trim())).toMatchObject({ result: { sessions: 1, events: 3 } })
  await forget()
  expect((await collector.query('SELECT labels FROM label_history ORDER BY labels')).rows).toEqual([
    [{ player: 'bo' }],
    [null],
  ])
})

async function dump({ url }: { readonly url: string }, parameters: Record<string, string>): Promise<readonly string[]> {
  const response = await fetch(`${url}/api/dump?${new URLSearchParams(parameters)}`, { headers: onceStored })
  const text = await response.text()
  expect([response.status, response.status === 200 || text]).toEqual([200, true])
  return text.trim().split('\n')
}
