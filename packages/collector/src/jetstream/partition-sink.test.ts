import { expect, it } from 'vitest'
import { EncodedEvents } from '../commit/encoded-events.ts'
import { newRecord } from '../commit/session-record.ts'
import { encodeWrite } from '../commit/session-write.ts'
import { aBatch, createFakeStore } from '../test-doubles.ts'
import type { PartitionMessage, StreamGroup } from './partition-reader.ts'
import { createPartitionSink, type PartitionReport } from './partition-sink.ts'
import type { GroupEnd } from './sink-buckets.ts'
import { encodeMessage } from './stream-log.ts'
import { subjectOf } from './subjects.ts'

const partition = 'partition-07'

function aMessage(place: number, sessionId = 's', batch = aBatch(1, 1), format?: number): PartitionMessage {
  const record = { ...newRecord(sessionId, 1), committedSeq: batch.upTo, pushed: batch.upTo }
  const { head, body } = encodeWrite({ sessionId, from: 0, batches: [batch], record, unconfirmed: false })
  const entry = { head: { ...head, ...(format && { format }) }, body }
  const subject = subjectOf(sessionId)
  return { subject, seq: place, place, data: encodeMessage(entry, subject), atMs: 1 }
}

const groupOf = (...messages: readonly PartitionMessage[]): StreamGroup => ({
  ...{ messages, end: messages.at(-1)?.place ?? 0, pending: 0, ack() {} },
})

const aGroup = (place: number): StreamGroup => groupOf(aMessage(place))

/** A sink of one partition, whose reader yields these, and then fails. */
function aSink(yields: readonly (StreamGroup | number)[], known?: GroupEnd, hasRoom = true) {
  const reads: (readonly [after: number, firstEnd: number | undefined])[] = []
  const written: (readonly [end: GroupEnd, revision: number])[] = []
  const sunk: (readonly [events: number, end: number])[] = []
  const reports: PartitionReport[] = []
  const store = createFakeStore()
  const aside: number[] = []
  let failed = (): void => {}
  const hasFailed = new Promise<void>((resolve) => (failed = resolve))
  const sink = createPartitionSink({
    ...{ partition, store },
    reader: {
      async *read(_, after, firstEnd) {
        reads.push([after, firstEnd])
        yield* yields
        throw new Error('away')
      },
    },
    ends: {
      read: async () => ({ value: known, revision: known ? 4 : 0 }),
      async write(_, end, revision) {
        written.push([end, revision])
        return revision + 1
      },
    },
    aside: {
      async keep(_, seq) {
        aside.push(seq)
        return hasRoom
      },
    },
    report(found) {
      reports.push(found)
      if (found.code === 'store_unavailable' || found.code === 'later_message') failed()
    },
    onSunk: (events, end) => void sunk.push([events, end]),
    setTimer: () => () => {},
  })
  return { ...{ sink, store, reads, written, sunk, reports, aside, hasFailed } }
}

it('retries a group with its bounds only where the store stands before that very group', async () => {
  const same = aSink([aGroup(3)], { after: 0, end: 9 })
  const restored = aSink([aGroup(3)], { after: 5, end: 9 })
  for (const { sink, hasFailed } of [same, restored]) {
    await hasFailed
    await sink.stop()
  }
  expect([same.reads, restored.reads]).toEqual([[[0, 9]], [[0, 0]]])
  expect(restored.written).toEqual([[{ after: 0, end: 3 }, 4]])
})

it('says how many messages wait for the rest of their group', async () => {
  const { sink, hasFailed } = aSink([12])
  await hasFailed
  await sink.stop()
  expect(sink.figures.pending).toBe(12)
})

it('ends at once, also between two tries', async () => {
  const { sink, hasFailed, reports } = aSink([])
  await hasFailed
  await sink.stop()
  expect(reports).toEqual([{ code: 'store_unavailable', reason: 'away' }])
})

it('tells up to where the store has a partition as soon as it takes that', async () => {
  const earlier = aSink([aGroup(3)])
  await earlier.hasFailed
  await earlier.sink.stop()
  expect(earlier.sunk).toEqual([[1, 3]])
  const reports: PartitionReport[] = []
  const sunk: unknown[] = []
  const next = createPartitionSink({
    ...{ partition, store: earlier.store },
    reader: {
      // biome-ignore lint/correctness/useYield: it has nothing
      async *read() {
        throw new Error('away')
      },
    },
    ends: { read: async () => ({ value: undefined, revision: 0 }), write: async () => 1 },
    aside: { keep: async () => true },
    report: (found) => void reports.push(found),
    onSunk: (...told) => void sunk.push(told),
    setTimer: () => () => {},
  })
  while (reports.length === 0) await new Promise(setImmediate)
  await next.stop()
  expect(sunk).toEqual([[0, 3]])
})

it('sets aside an entry whose bytes are not those that it counts, and goes on', async () => {
  const batch = aBatch(1, 3)
  const { length, types, bytes } = batch.events
  const short = { ...batch, events: new EncodedEvents(length, types, bytes.subarray(0, 20)) }
  const { sink, hasFailed, reports, aside, sunk, store } = aSink([groupOf(aMessage(3, 'bad', short), aMessage(4))])
  await hasFailed
  await sink.stop()
  expect(reports[0]).toMatchObject({ code: 'bad_message', seq: 3, isKept: true })
  expect([aside, sunk, [...store.rows.keys()]]).toEqual([[3], [[1, 4]], ['s']])
})

it('is past what it set aside, also where the group had nothing else', async () => {
  const { sink, hasFailed, sunk, store } = aSink([groupOf({ ...aMessage(3), data: Buffer.from('no entry') })])
  await hasFailed
  await sink.stop()
  expect([await store.readPosition(), sunk]).toEqual([{ segment: partition, offset: 3 }, [[0, 3]]])
})

it('waits with an entry of a later version for a sink that can read it, and puts nothing aside', async () => {
  const later = aMessage(4, 't', aBatch(1, 1), 2)
  const { sink, hasFailed, reports, aside, sunk, store } = aSink([aGroup(3), groupOf(later, aMessage(5, 'u'))])
  await hasFailed
  await sink.stop()
  expect(reports).toEqual([{ code: 'later_message', reason: `${later.subject}, message 4` }])
  expect([aside, sunk, [...store.rows.keys()]]).toEqual([[], [[1, 3]], ['s']])
})

it('sets aside an entry that the store refuses though it takes its events, and goes on with the others', async () => {
  const group = groupOf(...['a', 'b', 'c', 'd'].map((session, at) => aMessage(at + 1, session)))
  const { sink, hasFailed, reports, aside, sunk, store } = aSink([group])
  const write = store.write
  store.write = async (written) =>
    written.sessions.some(({ sessionId }) => sessionId === 'c')
      ? { kind: 'refused', reason: 'no such row' }
      : write(written)
  await hasFailed
  await sink.stop()
  expect(reports[0]).toMatchObject({ code: 'refused_message', seq: 3, isKept: true, reason: 'no such row' })
  expect([aside, sunk, [...store.rows.keys()].sort()]).toEqual([[3], [[3, 4]], ['a', 'b', 'd']])
})

it('stops where the store refuses one entry after the other, which is no fault of theirs', async () => {
  const group = groupOf(...['a', 'b', 'c', 'd', 'e', 'f'].map((session, at) => aMessage(at + 1, session)))
  const { sink, hasFailed, reports, aside, sunk, store } = aSink([group])
  store.write = async () => ({ kind: 'refused', reason: 'a view of somebody else' })
  await hasFailed
  await sink.stop()
  expect([aside, sunk, store.rows.size]).toEqual([[1, 2, 3], [], 0])
  expect(reports.at(-1)).toMatchObject({ code: 'store_unavailable', reason: expect.stringContaining('a view of') })
})

it('goes over no entry that it could not keep', async () => {
  const { sink, hasFailed, reports, sunk, store } = aSink(
    [groupOf(aMessage(1, 'a'), aMessage(2, 'b'))],
    undefined,
    false,
  )
  const write = store.write
  store.write = async (written) =>
    written.sessions.some(({ sessionId }) => sessionId === 'a')
      ? { kind: 'refused', reason: 'no such row' }
      : write(written)
  await hasFailed
  await sink.stop()
  expect([sunk, store.rows.size]).toEqual([[], 0])
  expect(reports.map(({ code }) => code)).toEqual(['refused_message', 'store_unavailable'])
})
