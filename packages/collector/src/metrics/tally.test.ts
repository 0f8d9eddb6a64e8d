import { expect, it } from 'vitest'
import type { CommitLog } from '../commit/commit-log.ts'
import type { RejectedEvent, SessionBatch } from '../commit/session-batch.ts'
import { newRecord } from '../commit/session-record.ts'
import { createFakeLog } from '../test-doubles.ts'
import { meteredLog } from './metered.ts'
import { createTally, noCounts, otherTypes } from './tally.ts'

const anEvent = (seq: number, type = 'x') => ({ seq, event: { type, timestamp: 0, json: '{}' } })

const aBatch = (over: Partial<SessionBatch> = {}): SessionBatch => ({
  upTo: 1,
  pushed: 1,
  events: [],
  rejected: [],
  dropped: {},
  missing: 0,
  end: false,
  receivedAt: 0,
  ...over,
})

const aRejection = (seq: number): RejectedEvent => ({
  sessionId: 's',
  seq,
  code: 'unstorable',
  message: '',
  raw: '',
  receivedAt: 0,
})

function aTally(before = { ...noCounts, owed: 0 }) {
  const clock = { ms: 1_000_000 }
  const tally = createTally(() => clock.ms)
  tally.startFrom(before)
  return { clock, tally }
}

it('counts by type, code and reason', () => {
  const { tally } = aTally()
  tally.add(
    aBatch({ events: [anEvent(1, 'a'), anEvent(2, 'b'), anEvent(3, 'a')], dropped: { overflow: 4 }, missing: 2 }),
    [],
  )
  expect(tally.counts()).toEqual({ stored: 3, rejected: 0, dropped: 4, missing: 2, types: { a: 2, b: 1 } })
  expect([...tally.since.dropped]).toEqual([['overflow', 4]])
})

it('does not count as stored what the store refused', () => {
  const { tally } = aTally()
  tally.add(aBatch({ events: [anEvent(1), anEvent(2)] }), [aRejection(2)])
  expect(tally.counts()).toMatchObject({ stored: 1, rejected: 1 })
})

it('goes on from what was there before; metrics begin at zero', () => {
  const { tally } = aTally({ stored: 10, rejected: 1, dropped: 2, missing: 3, owed: 4, types: { x: 10 } })
  tally.add(aBatch({ events: [anEvent(1)] }), [])
  expect(tally.counts()).toEqual({ stored: 11, rejected: 1, dropped: 2, missing: 3, types: { x: 11 } })
  expect([...tally.since.stored]).toEqual([['x', 1]])
})

it('takes any type for a name, and not too many of them', () => {
  const { tally } = aTally()
  tally.add(aBatch({ events: [anEvent(1, '__proto__')] }), [])
  expect(Object.entries(tally.counts().types)).toEqual([['__proto__', 1]])
  for (let at = 0; at < 1000; at++) tally.add(aBatch({ events: [anEvent(1, `type ${at}`)] }), [])
  expect(tally.since.stored.size).toBe(501)
  expect(tally.since.stored.get(otherTypes)).toBe(501)
})

it('has the rate of each of the last whole seconds', () => {
  const { tally, clock } = aTally()
  tally.add(aBatch({ events: [anEvent(1)] }), [])
  clock.ms += 1000
  tally.add(aBatch({ events: [anEvent(1), anEvent(2)] }), [])
  expect(tally.perSecond(3)).toEqual([0, 0, 1])
  clock.ms += 2000
  expect(tally.perSecond(4)).toEqual([0, 1, 2, 0])
  clock.ms += 1_000_000
  expect(tally.perSecond(60)).toEqual(Array(60).fill(0))
})

it('counts what the log committed, and nothing else', async () => {
  const { tally } = aTally()
  const outcomes = [
    { kind: 'unavailable' },
    { kind: 'stale', mark: 3 },
    { kind: 'committed', record: newRecord('s', 0), rejected: [] },
  ] as const
  const inner: CommitLog = {
    ...createFakeLog(),
    append: async (_session, expectedMark) => outcomes[expectedMark] ?? { kind: 'unavailable' },
  }
  const log = meteredLog(inner, tally)
  const appends = outcomes.map((_, at) => log.append('s', at, aBatch({ events: [anEvent(1)] })))
  expect(tally.pending).toBe(3)
  await Promise.all(appends)
  expect(tally.pending).toBe(0)
  expect(tally.counts().stored).toBe(1)
})
