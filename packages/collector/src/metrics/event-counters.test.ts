import { expect, it } from 'vitest'
import type { AcceptedEvent } from '../commit/encoded-events.ts'
import type { SessionBatch } from '../commit/session-batch.ts'
import { newRecord } from '../commit/session-record.ts'
import { aBatch } from '../test-doubles.ts'
import { createEventCounters, noCounts, otherTypes } from './event-counters.ts'

const anEvent = (seq: number, type = 'x') => ({ seq, event: { type, timestamp: 0, json: '{}' } })

const batchOf = (events: readonly AcceptedEvent[], over: Partial<Omit<SessionBatch, 'events'>> = {}): SessionBatch =>
  aBatch(1, events.length, { ...over, events })

function someCounters(before = { ...noCounts, outstanding: 0 }) {
  const clock = { ms: 1_000_000 }
  const counters = createEventCounters(() => clock.ms)
  counters.startFrom(before)
  return { clock, counters }
}

it('counts by type, code and reason', () => {
  const { counters } = someCounters()
  counters.add(batchOf([anEvent(1, 'a'), anEvent(2, 'b'), anEvent(3, 'a')], { dropped: { overflow: 4 }, missing: 2 }))
  expect(counters.counts()).toMatchObject({ stored: 3, rejected: 0, dropped: 4, missing: 2, types: { a: 2, b: 1 } })
  expect([...counters.since.dropped]).toEqual([['overflow', 4]])
})

it('goes on from what was there before; metrics begin at zero', () => {
  const { counters } = someCounters({
    ...noCounts,
    stored: 10,
    rejected: 1,
    dropped: 2,
    missing: 3,
    outstanding: 4,
    types: { x: 10 },
  })
  counters.add(batchOf([anEvent(1)]))
  expect(counters.counts()).toMatchObject({ stored: 11, rejected: 1, dropped: 2, missing: 3, types: { x: 11 } })
  expect([...counters.since.stored]).toEqual([['x', 1]])
})

it('stores no more what has expired or is forgotten', () => {
  const { counters } = someCounters({ ...noCounts, stored: 10, expired: 3, types: { x: 10 }, outstanding: 0 })
  counters.addRemoved({ expired: 4 })
  counters.addRemoved({ forgotten: 2 })
  expect(counters.counts()).toMatchObject({ stored: 4, expired: 7, forgotten: 2, types: { x: 10 } })
  expect(counters.since).toMatchObject({ expired: 4, forgotten: 2 })
})

it('stores what was rejected and passes after all', () => {
  const { counters } = someCounters({ ...noCounts, stored: 10, rejected: 5, types: { x: 10 }, outstanding: 0 })
  counters.addMoved([
    { type: 'x', code: 'invalid_payload', events: 2 },
    { type: 'y', code: 'unknown_type', events: 1 },
  ])
  expect(counters.counts()).toMatchObject({ stored: 13, rejected: 2, types: { x: 12, y: 1 } })
  expect(counters.since).toMatchObject({ rejudged: 3 })
})

it('takes any type for a name, and not too many of them', () => {
  const { counters } = someCounters()
  counters.add(batchOf([anEvent(1, '__proto__')]))
  expect(Object.entries(counters.counts().types)).toEqual([['__proto__', 1]])
  for (let at = 0; at < 1000; at++) counters.add(batchOf([anEvent(1, `type ${at}`)]))
  expect(counters.since.stored.size).toBe(501)
  expect(counters.since.stored.get(otherTypes)).toBe(501)
})

it('has the rate of each of the last whole seconds', () => {
  const { counters, clock } = someCounters()
  counters.add(batchOf([anEvent(1)]))
  clock.ms += 1000
  counters.add(batchOf([anEvent(1), anEvent(2)]))
  expect(counters.rates.perSecond(3)).toEqual([0, 0, 1])
  clock.ms += 2000
  expect(counters.rates.perSecond(4)).toEqual([0, 1, 2, 0])
  clock.ms += 1_000_000
  expect(counters.rates.perSecond(60)).toEqual(Array(60).fill(0))
})

it('counts what the log committed, and nothing else', () => {
  const { counters } = someCounters()
  const batch = batchOf([anEvent(1)])
  for (let count = 0; count < 3; count++) counters.appended(batch)
  expect(counters.pending).toBe(3)
  counters.answered(batch, { kind: 'unavailable' })
  counters.answered(batch, { kind: 'stale', committedSeq: 3 })
  counters.answered(batch, { kind: 'committed', record: newRecord('s', 0), rejected: [] })
  expect(counters.pending).toBe(0)
  expect(counters.counts().stored).toBe(1)
})

it('counts what the sink has found of what was acknowledged, once it goes on from what was there', () => {
  const { counters } = someCounters({ ...noCounts, missing: 1, outstanding: 0 })
  counters.addReport({ code: 'lost_events', sessionId: 's', events: 3 })
  counters.addReport({ code: 'unstorable_event', sessionId: 's', seq: 1, reason: 'r' })
  counters.addReport({ code: 'store_unavailable', reason: 'r' })
  expect([counters.counts(), [...counters.since.rejected]]).toMatchObject([
    { missing: 4, rejected: 1 },
    [['unstorable', 1]],
  ])
  const early = createEventCounters(() => 0)
  early.addReport({ code: 'lost_events', sessionId: 's', events: 3 })
  early.startFrom({ ...noCounts, missing: 3, outstanding: 0 })
  expect(early.counts().missing).toBe(3)
})

it('tells the last minute by type, second by second', () => {
  let nowMs = 0
  const counters = createEventCounters(() => nowMs)
  const secondsOf = (type: string) => counters.rates.typesPerSecond()[type]?.slice(-3)
  counters.add(batchOf([anEvent(1, 'a'), anEvent(2, 'b')]))
  nowMs = 999
  counters.add(batchOf([anEvent(3, 'a')]))
  nowMs = 1000
  expect([secondsOf('a'), secondsOf('b')]).toEqual([
    [0, 0, 2],
    [0, 0, 1],
  ])
  // The second that is not over is nobody's yet.
  counters.add(batchOf([anEvent(4, 'a')]))
  expect(secondsOf('a')).toEqual([0, 0, 2])
  nowMs = 3500
  expect([secondsOf('a'), secondsOf('b')]).toEqual([
    [2, 1, 0],
    [1, 0, 0],
  ])
  nowMs = 61_000
  expect(counters.rates.typesPerSecond()).toEqual({ a: [1, ...Array(59).fill(0)] })
  nowMs = 10_000_000
  expect(counters.rates.typesPerSecond()).toEqual({})
})
