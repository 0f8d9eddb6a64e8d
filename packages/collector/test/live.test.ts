/** The live stream over HTTP. */
import { expect, it, vi } from 'vitest'
import { aCollector, aFolder, aListener } from './harness.ts'

const send = (url: string, body: string) => fetch(`${url}/telemetry`, { method: 'POST', body })

it('tells what is stored, as it is stored', async () => {
  const { listening } = await aCollector()
  const live = await aListener(listening.url)
  expect(live.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(live.response.headers.get('cache-control')).toBe('no-store, no-transform')
  expect(live.response.headers.get('x-accel-buffering')).toBe('no')
  expect(await live.next('history')).toEqual({ at: expect.any(Number), types: {} })
  expect(await live.next('counters')).toMatchObject({
    openSessions: 0,
    reasons: { rejected: {}, dropped: {}, refused: {} },
    stored: 0,
    types: {},
    sockets: 0,
    log: { segments: 1 },
    store: { isUp: true, restarts: {}, readsKilled: 0 },
  })
  await send(listening.url, '[{"type":"x","data":{"a":"\\n\\ndata: injected"}},{"type":""}]')
  expect(await live.next('tail')).toMatchObject({
    events: [{ type: 'x', seq: 1, data: { a: '\n\ndata: injected' } }],
    rejected: [{ code: 'bad_event', seq: 2 }],
    lost: 0,
  })
  const counters = await live.next<{ stored: number }>('counters', ({ stored }) => stored === 1)
  expect(counters).toMatchObject({ rejected: 1, types: { x: 1 }, reasons: { rejected: { bad_event: 1 } } })
  // As a query has it.
  await send(listening.url, '[{"type":"x"}]')
  expect(await live.next('tail')).toMatchObject({ events: [{ type: 'x', data: null }] })
})

it('goes on counting after a restart', async () => {
  const data = await aFolder()
  const first = await aCollector({ data })
  await send(first.listening.url, '[{"type":"x"},{"type":"x"},{"type":"y"},{"type":""}]')
  await first.stop()
  const { listening } = await aCollector({ data })
  const live = await aListener(listening.url)
  const counters = await live.next<{ stored: number }>('counters', ({ stored }) => stored > 0)
  expect(counters).toMatchObject({ stored: 3, rejected: 1, missing: 0, types: { x: 2, y: 1 } })
})

it('forgets a listener that has gone', async () => {
  const { listening } = await aCollector()
  const live = await aListener(listening.url)
  await live.next('counters')
  const listeners = async () => /live_listeners (\d+)/.exec(await (await fetch(`${listening.url}/metrics`)).text())?.[1]
  expect(await listeners()).toBe('1')
  live.leave()
  await expect.poll(listeners).toBe('0')
})

it('ends with the collector, and does not hold it up', async () => {
  const { listening, stop } = await aCollector()
  const live = await aListener(listening.url)
  await live.next('counters')
  await stop()
  expect(await live.ended()).toBe(true)
})

it('has told of all that was taken before, once it is settled', async () => {
  const { collector, listening, stop } = await aCollector({ commit: { groupMs: 60_000 } })
  const heard: unknown[] = []
  collector.subscribe(({ events }) => heard.push(...events))
  await collector.settled()
  const sent = send(listening.url, '[{"type":"x"}]')
  await vi.waitFor(async () => {
    await collector.settled()
    expect(heard).toMatchObject([{ type: 'x' }])
  })
  await sent
  await stop()
  await expect(collector.settled()).rejects.toThrow('Expected a collector that is running')
})

it('tells listeners in its own process, each event once it is stored', async () => {
  const { collector, listening, stop } = await aCollector()
  const heard: unknown[] = []
  const unsubscribe = collector.subscribe(({ events, rejected }) => heard.push(...events, ...rejected))
  await send(listening.url, '[{"type":"x","data":1},{"type":""}]')
  expect(heard).toMatchObject([
    { type: 'x', data: 1, seq: 1, receivedAt: expect.any(Number) },
    { code: 'bad_event', seq: 2 },
  ])
  unsubscribe()
  await send(listening.url, '[{"type":"y"}]')
  expect(heard).toHaveLength(2)
  await stop()
  expect(() => collector.subscribe(() => {})).toThrow('Expected a collector that is running')
})

it('has places for one address, and others for the next', async () => {
  const { listening } = await aCollector({ trustProxy: 1, readToken: 't' })
  const listenFrom = (sender: string) =>
    aListener(listening.url, { authorization: 'Bearer t', 'x-forwarded-for': `127.0.0.1, ${sender}` })
  for (let at = 0; at < 16; at++) expect((await listenFrom('203.0.113.9')).response.status).toBe(200)
  const { response } = await listenFrom('203.0.113.9')
  expect(response.status).toBe(429)
  expect(response.headers.get('retry-after')).toBe('2')
  expect((await listenFrom('203.0.113.10')).response.status).toBe(200)
})

it('has room again after a storm of listeners that come and go', async () => {
  const { listening } = await aCollector()
  for (let wave = 0; wave < 10; wave++) {
    const listeners = await Promise.all(Array.from({ length: 15 }, () => aListener(listening.url)))
    for (const { leave } of listeners) leave()
  }
  await expect.poll(async () => (await aListener(listening.url)).response.status).toBe(200)
})
