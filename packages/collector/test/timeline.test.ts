/** A session's timeline over HTTP: every event once, in order, small, with its times. */
import type { TimelinePage } from '@downlink/collector'
import { expect, it } from 'vitest'
import { aClient, aCollector, aHello, post } from './harness.ts'

async function aRunning() {
  const { listening } = await aCollector()
  return {
    listening,
    async get(path: string) {
      const response = await fetch(`${listening.url}/api/${path}`, { headers: { prefer: 'wait=60' } })
      return { status: response.status, body: await response.json() }
    },
  }
}

const sums = (differences: readonly number[]): readonly number[] => {
  let sum = 0
  return differences.map((difference) => (sum += difference))
}

it('tells what happened when, by both clocks, and when it came', async () => {
  const { listening, get } = await aRunning()
  const hourMs = 3_600_000
  const client = await aClient(listening, aHello({ now: Date.now() - hourMs }))
  await client.hello()
  const events = [
    { type: 'a', timestamp: 1000, data: { large: 'x'.repeat(1000) } },
    { drop: { overflow: 3 } },
    { type: 'b', timestamp: 1016 },
    { type: 'a', timestamp: 1016.7 },
  ]
  await client.batch(1, events, 6)
  const { status, body } = await get(`sessions/${client.session}/timeline`)
  expect(status).toBe(200)
  const page = body as TimelinePage
  expect(page).toMatchObject({ types: ['a', 'b'], type: [0, 1, 0], seq: [1, 4, 1], next: null })
  expect(page.timestamp).toEqual([1000, 16, 0])
  const [first = 0, ...others] = sums(page.correctedTimestamp)
  expect(first - 1000).toBeGreaterThan(hourMs - 60_000)
  expect(others.map((at) => at - first)).toEqual([16, 16])
  expect(sums(page.receivedAt)[2]).toBeGreaterThan(hourMs)
  expect(JSON.stringify(page).length).toBeLessThan(400)
})

it('pages on by sequence, without gaps or doubles', async () => {
  const { listening, get } = await aRunning()
  const client = await aClient(listening)
  await client.hello()
  const types = ['a', 'b', 'c', 'a', 'd', 'd', 'b']
  await client.batch(
    1,
    types.map((type, at) => ({ type, timestamp: 1000 - at })),
  )
  const seen: [seq: number, type: string | undefined, timestamp: number][] = []
  for (let after: number | null = 0; after !== null; ) {
    const page: TimelinePage = (await get(`sessions/${client.session}/timeline?after=${after}&limit=3`)).body
    const timestamps = sums(page.timestamp)
    sums(page.seq).forEach((seq, at) => {
      seen.push([seq, page.types[page.type[at] ?? -1], timestamps[at] ?? 0])
    })
    after = page.next
  }
  expect(seen).toEqual(types.map((type, at) => [at + 1, type, 1000 - at]))
})

it('is empty where a session has no events, and not there where there is no session', async () => {
  const { listening, get } = await aRunning()
  const client = await aClient(listening)
  await client.hello()
  await client.batch(1, [{ drop: { overflow: 3 } }], 3)
  expect(await get(`sessions/${client.session}/timeline`)).toEqual({
    status: 200,
    body: {
      types: [],
      errorTypes: [],
      type: [],
      seq: [],
      correctedTimestamp: [],
      timestamp: [],
      receivedAt: [],
      next: null,
    },
  })
  expect(await get('sessions/nobody/timeline')).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
})

it('reads those of other senders, whatever they call their session and their types', async () => {
  const { listening, get } = await aRunning()
  await post(listening, [
    { type: '__proto__' },
    { type: 'a"b', timestamp: 8.64e15 },
    { type: '__proto__', timestamp: -5 },
  ])
  const [{ sessionId }] = (await get('sessions')).body.sessions
  const { body } = await get(`sessions/${encodeURIComponent(sessionId)}/timeline`)
  expect(body).toMatchObject({ type: [0, 1, 0], seq: [1, 1, 1] })
  expect(body.types).toEqual(['__proto__', 'a"b'])
})

it('says which types tell of an error', async () => {
  const { listening, get } = await aRunning()
  const types = ['js_error', 'hit', 'Unhandled_rejection', 'error_rate', 'crash', 'NullPointerException']
  await post(
    listening,
    types.map((type) => ({ type })),
  )
  const [{ sessionId }] = (await get('sessions')).body.sessions
  const { body } = await get(`sessions/${encodeURIComponent(sessionId)}/timeline`)
  expect(body.errorTypes).toEqual([0, 2, 4, 5])
})
