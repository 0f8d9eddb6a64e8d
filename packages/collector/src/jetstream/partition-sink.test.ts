import { expect, it } from 'vitest'
import { newRecord } from '../commit/session-record.ts'
import { encodeWrite } from '../commit/session-write.ts'
import { aBatch, createFakeStore } from '../test-doubles.ts'
import type { StreamGroup } from './partition-reader.ts'
import { createPartitionSink, type PartitionReport } from './partition-sink.ts'
import type { GroupEnd } from './sink-buckets.ts'
import { encodeMessage } from './stream-log.ts'
import { subjectOf } from './subjects.ts'

const partition = 'partition-07'

function aGroup(place: number): StreamGroup {
  const record = { ...newRecord('s', 1), committedSeq: 1, pushed: 1 }
  const entry = encodeWrite({ sessionId: 's', from: 0, batches: [aBatch(1, 1)], record, unconfirmed: false })
  const subject = subjectOf('s')
  const message = { subject, seq: place, place, data: encodeMessage(entry, subject), atMs: 1 }
  return { messages: [message], end: place, pending: 0, ack() {} }
}

/** A sink of one partition, whose reader yields these, and then fails. */
function aSink(yields: readonly (StreamGroup | number)[], known?: GroupEnd) {
  const reads: (readonly [after: number, firstEnd: number | undefined])[] = []
  const written: (readonly [end: GroupEnd, revision: number])[] = []
  const sunk: (readonly [events: number, end: number])[] = []
  const reports: PartitionReport[] = []
  const store = createFakeStore()
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
    aside: { keep: async () => true },
    report(found) {
      reports.push(found)
      failed()
    },
    onSunk: (events, end) => void sunk.push([events, end]),
    setTimer: () => () => {},
  })
  return { ...{ sink, store, reads, written, sunk, reports, hasFailed } }
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
