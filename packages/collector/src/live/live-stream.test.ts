import { expect, it } from 'vitest'
import { type CommittedEvent, createCommitFeed } from '../commit/commit-feed.ts'
import { createEventCounters, noCounts } from '../metrics/event-counters.ts'
import { createLiveStream, type LiveCounters, liveLimits } from './live-stream.ts'
import { type LiveTail, tailLimits } from './live-tail.ts'

const anEvent = (seq: number, data: unknown = {}): CommittedEvent => ({
  id: `s:${seq}`,
  type: 'x',
  timestamp: seq,
  data,
  sessionId: 's',
  seq,
  receivedAt: seq,
})

const someEvents = (count: number, data?: unknown) => Array.from({ length: count }, (_, at) => anEvent(at + 1, data))

const noLag = { bytes: 0, events: 0, ms: 0 }

function aStream() {
  const store = {
    isUp: true,
    lag: noLag,
    reports: new Map<string, number>(),
    restarts: new Map<string, number>(),
    readsRunning: 0,
    readsKilled: 0,
    memoryBytes: 5,
    space: undefined,
    databaseVersion: 'v1',
  }
  const feed = createCommitFeed()
  let tick: (() => void) | undefined
  const stream = createLiveStream({
    feed,
    counters: createEventCounters(() => 0),
    sockets: () => 2,
    openSessions: () => 1,
    refusals: { total: 5, counts: new Map([['forbidden', 5]]) },
    commits: { quantiles: () => ({ medianMs: 0.5, p99Ms: 2 }) },
    links: { quantiles: () => ({ medianMs: 30, p99Ms: 90 }) },
    own: { log: { bytes: 5000, segments: 2 }, store },
    shared: undefined,
    wallMs: () => 7,
    every(_intervalMs, callback) {
      tick = callback
      return () => {
        tick = undefined
      }
    },
  })
  function aListener(sender = '203.0.113.9') {
    const texts: string[] = []
    const listener = { bufferedBytes: 0, ended: false }
    const sink = {
      write: (text: string) => void texts.push(text),
      heartbeat: (text: string) => void texts.push(text),
      get bufferedBytes() {
        return listener.bufferedBytes
      },
      end: () => {
        listener.ended = true
      },
    }
    const messages = <Data>(type: string): Data[] =>
      texts
        .filter((text) => text.startsWith(`event: ${type}\ndata: `))
        .map((text) => JSON.parse(text.split('data: ')[1] ?? ''))
    const joined = stream.join(sink, sender)
    return {
      listener,
      kind: joined.kind,
      leave: joined.kind === 'joined' ? joined.leave : undefined,
      texts,
      tails: () => messages<LiveTail>('tail'),
      counters: () => messages<LiveCounters>('counters'),
    }
  }
  return {
    feed,
    stream,
    store,
    aListener,
    ticks(count = 1) {
      for (let at = 0; at < count; at++) tick?.()
    },
    ticking: () => tick !== undefined,
  }
}

it('costs nothing while nobody listens', () => {
  const { feed, aListener, ticking } = aStream()
  expect(feed.listeners).toBe(0)
  const { leave } = aListener()
  expect(feed.listeners).toBe(1)
  expect(ticking()).toBe(true)
  leave?.()
  leave?.()
  expect(feed.listeners).toBe(0)
  expect(ticking()).toBe(false)
})

it('greets with the last minute by type, and with counters, and repeats them twice a second', () => {
  const { aListener, ticks } = aStream()
  const { counters, texts } = aListener()
  expect(texts[0]).toBe('event: history\ndata: {"at":7,"types":{}}\n\n')
  expect(counters()).toEqual([
    {
      at: 7,
      ...noCounts,
      perSecond: Array(60).fill(0),
      sockets: 2,
      openSessions: 1,
      refused: 5,
      reasons: { rejected: {}, dropped: {}, refused: { forbidden: 5 } },
      commits: { medianMs: 0.5, p99Ms: 2 },
      links: { medianMs: 30, p99Ms: 90 },
      log: { bytes: 5000, segments: 2 },
      shared: null,
      store: { isUp: true, lag: noLag, restarts: {}, readsRunning: 0, readsKilled: 0 },
    },
  ])
  ticks(10)
  expect(counters()).toHaveLength(3)
})

it('says how the store stands: away, behind, and why it was started again', () => {
  const { store, aListener, ticks } = aStream()
  const { counters } = aListener()
  store.isUp = false
  store.lag = { bytes: 100, events: 2, ms: 1500 }
  store.restarts.set('memory', 1).set('crash', 2)
  store.readsKilled = 1
  ticks(5)
  expect(counters().at(-1)?.store).toEqual({
    isUp: false,
    lag: { bytes: 100, events: 2, ms: 1500 },
    restarts: { memory: 1, crash: 2 },
    readsRunning: 0,
    readsKilled: 1,
  })
})

it('sends the events of a tick together', () => {
  const { feed, aListener, ticks } = aStream()
  const { tails } = aListener()
  feed.publish({ events: [anEvent(1)], rejected: [] })
  feed.publish({ events: [anEvent(2)], rejected: [] })
  expect(tails()).toEqual([])
  ticks(2)
  expect(tails()).toEqual([{ events: [anEvent(1), anEvent(2)], rejected: [], lost: 0 }])
})

it('keeps the newest of too many, and tells how many it left out', () => {
  const { feed, aListener, ticks } = aStream()
  const { tails } = aListener()
  feed.publish({ events: someEvents(1000), rejected: [] })
  feed.publish({ events: [anEvent(1001)], rejected: [] })
  ticks()
  expect(tails()[0]?.events).toHaveLength(tailLimits.maxEntries)
  expect(tails()[0]?.events.at(-1)?.seq).toBe(1001)
  expect(tails()[0]?.lost).toBe(951)
  feed.publish({ events: [anEvent(1002)], rejected: [] })
  ticks()
  expect(tails()[1]?.lost).toBe(0)
})

it('keeps within its bytes, but never sends nothing', () => {
  const { feed, aListener, ticks } = aStream()
  const { tails } = aListener()
  feed.publish({ events: someEvents(10, 'x'.repeat(50_000)), rejected: [] })
  ticks()
  expect(tails()[0]?.events.map(({ seq }) => seq)).toEqual([8, 9, 10])
  expect(tails()[0]?.lost).toBe(7)
  feed.publish({ events: [anEvent(11, 'x'.repeat(1_000_000))], rejected: [] })
  ticks()
  expect(tails()[1]?.events).toHaveLength(1)
})

it('passes over a listener that does not keep up, and tells it what it lost; the others lose nothing', () => {
  const { feed, aListener, ticks } = aStream()
  const slow = aListener()
  const fast = aListener()
  slow.listener.bufferedBytes = liveLimits.maxBufferedBytes + 1
  feed.publish({ events: someEvents(60), rejected: [] })
  ticks()
  feed.publish({ events: [anEvent(61)], rejected: [] })
  ticks()
  expect(slow.tails()).toEqual([])
  slow.listener.bufferedBytes = 0
  feed.publish({ events: [anEvent(62)], rejected: [] })
  ticks()
  expect(slow.tails()).toEqual([{ events: [anEvent(62)], rejected: [], lost: 61 }])
  expect(fast.tails().map(({ lost }) => lost)).toEqual([10, 0, 0])
})

it('sends a comment now and then, so that nothing on the way takes the link for dead', () => {
  const { aListener, ticks } = aStream()
  const { texts } = aListener()
  ticks(liveLimits.ticksPerHeartbeat)
  expect(texts.filter((text) => text.startsWith(':'))).toEqual([': beat\n\n'])
})

it('takes so many listeners and no more', () => {
  const { stream, aListener } = aStream()
  const listeners = Array.from({ length: liveLimits.maxListeners }, (_, at) => aListener(`203.0.113.${at}`))
  expect(aListener('198.51.100.1').kind).toBe('full')
  stream.close()
  expect(stream.listeners).toBe(0)
  expect(listeners.every(({ listener }) => listener.ended)).toBe(true)
})

it('leaves places to others than the one who takes many', () => {
  const { stream, aListener } = aStream()
  const taken = Array.from({ length: liveLimits.maxListenersPerAddress }, () => aListener('203.0.113.9'))
  expect(aListener('203.0.113.9').kind).toBe('sender_full')
  expect(aListener('203.0.113.10').kind).toBe('joined')
  taken[0]?.leave?.()
  expect(aListener('203.0.113.9').kind).toBe('joined')
  expect(stream.listeners).toBe(liveLimits.maxListenersPerAddress + 1)
})
