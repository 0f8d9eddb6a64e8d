import type { LiveCounters, StoredEvent } from '@downlink/collector'
import { expect, it } from 'vitest'
import type { FeedMessage, LiveFeed } from './live-feed.ts'
import { createLiveLink } from './live-link.ts'

function aFeed() {
  const state = { joined: 0, left: 0, tell: (_message: FeedMessage): void => {} }
  const feed: LiveFeed = {
    join(listener) {
      state.joined++
      state.tell = listener
      return () => void state.left++
    },
  }
  return { feed, state }
}

const reasons = { rejected: {}, dropped: {}, refused: {} }
const counters = { at: 1, stored: 5, types: {}, reasons } as unknown as LiveCounters
const nothing = async () => ({ events: [], rejected: [] })
const lost = { status: 'lost', lost: { atMs: 1, reason: 'because' } } as const

it('does nothing before it is started, and one thing when it is started twice', () => {
  const { feed, state } = aFeed()
  const link = createLiveLink(feed, nothing)
  expect(state.joined).toBe(0)
  link.start()
  link.start()
  link.stop()
  link.stop()
  expect(state).toMatchObject({ joined: 1, left: 1 })
})

it('follows the feed and keeps what came while it is down', () => {
  const { feed, state } = aFeed()
  const link = createLiveLink(feed, nothing)
  let told = 0
  link.subscribe(() => told++)
  link.start()
  expect(link.snapshot().link).toEqual({ status: 'connecting' })
  state.tell({ kind: 'counters', counters })
  state.tell({ kind: 'tail', tail: { events: [], rejected: [], lost: 2 } })
  state.tell({ kind: 'link', link: lost })
  expect(link.snapshot()).toMatchObject({ link: lost, counters: { stored: 5 }, tail: { lost: 2 } })
  expect(told).toBe(3)
})

it('changes its snapshot only when something came, as React needs', () => {
  const link = createLiveLink(aFeed().feed, nothing)
  expect(link.snapshot()).toBe(link.snapshot())
})

const aStored = (seq: number): StoredEvent => ({
  id: `s:${seq}`,
  type: 'x',
  timestamp: 0,
  correctedTimestamp: 0,
  data: {},
  sessionId: 's',
  seq,
  receivedAt: seq,
})

const open = { kind: 'link', link: { status: 'open', sinceMs: 1 } } as const

it('asks for what is stored each time that the link is up, and for nothing once it is stopped', async () => {
  const { feed, state } = aFeed()
  const asked: AbortSignal[] = []
  const link = createLiveLink(feed, async (signal) => {
    asked.push(signal)
    return { events: [aStored(2), aStored(1)], rejected: [] }
  })
  link.start()
  expect(asked).toHaveLength(0)
  state.tell(open)
  state.tell({ kind: 'tail', tail: { events: [aStored(3)], rejected: [], lost: 0 } })
  await new Promise(setImmediate)
  expect(link.snapshot().tail.rows.map(({ key }) => key)).toEqual(['s:3', 's:2', 's:1'])
  state.tell({ kind: 'link', link: lost })
  state.tell(open)
  expect(asked.map(({ aborted }) => aborted)).toEqual([true, false])
  link.stop()
  expect(asked[1]?.aborted).toBe(true)
  await new Promise(setImmediate)
  expect(link.snapshot().tail.rows.map(({ kind }) => kind)).toEqual(['gap', 'event', 'event', 'event'])
})

it('shows the gap where what is stored can not be had', async () => {
  const { feed, state } = aFeed()
  const link = createLiveLink(feed, () => Promise.reject(new Error('no')))
  link.start()
  state.tell({ kind: 'tail', tail: { events: [aStored(3)], rejected: [], lost: 0 } })
  state.tell(open)
  await new Promise(setImmediate)
  expect(link.snapshot().tail.rows.map(({ kind }) => kind)).toEqual(['gap', 'event'])
})

it('counts what came before it joined all at once', () => {
  const { feed, state } = aFeed()
  const link = createLiveLink(feed, nothing)
  link.start()
  let told = 0
  link.subscribe(() => told++)
  const since = [1, 2, 3].map((second) => ({ ...counters, at: second * 1000, types: { x: second } }))
  state.tell({ kind: 'history', history: { at: 0, types: { x: [7] } }, since })
  expect(link.snapshot().rates.points.map(({ rates }) => rates.get('x'))).toEqual([7, 1, 1])
  expect(link.snapshot().counters).toBe(since[2])
  expect(told).toBe(2)
})
