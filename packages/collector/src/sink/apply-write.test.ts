import { expect, it } from 'vitest'
import { newRecord, type SessionRecord } from '../commit/session-record.ts'
import { aBatch } from '../test-doubles.ts'
import { applyWrite } from './apply-write.ts'

const total = (counts: object): number => Object.values(counts).reduce((sum: number, count) => sum + count, 0)
const accounted = ({ stored, rejected, dropped, missing }: SessionRecord) =>
  stored + total(rejected) + total(dropped) + missing

it('adds up wherever the store stands, also with rejections that are only counted', () => {
  const rejection = { sessionId: 's', code: 'bad_event', message: '', raw: '', receivedAt: 1 } as const
  const batch = {
    ...aBatch(1, 2),
    upTo: 12,
    pushed: 12,
    rejected: [{ ...rejection, seq: 3 }],
    rejectedMore: { bad_event: 3, bad_text: 2 },
    dropped: { overflow: 3, sampled: 1 },
  }
  const after = { ...newRecord('s', 1), committedSeq: 12, pushed: 12 }
  for (let committedSeq = 0; committedSeq <= 12; committedSeq++) {
    const before = { ...newRecord('s', 1), committedSeq, pushed: 12, missing: committedSeq }
    const { record } = applyWrite(
      { sessionId: 's', from: 0, batches: [batch], record: after, unconfirmed: false },
      before,
    )
    expect([committedSeq, record.committedSeq, accounted(record)]).toEqual([committedSeq, 12, 12])
  }
})

it('stores what comes of a forgotten session from its restart on, however often the log is read', () => {
  const before = { ...newRecord('s', 1), committedSeq: 2, pushed: 2, forgotten: 2, forgottenAtMs: 5 }
  const late = aBatch(3, 1)
  const restart = { ...aBatch(4, 0), restarts: true } as const
  const write = { sessionId: 's', from: 2, batches: [late, restart, aBatch(4, 2)], record: before, unconfirmed: false }
  const { record, batches } = applyWrite(write, before)
  expect(record).toMatchObject({ committedSeq: 5, stored: 2, forgotten: 3, forgottenAtMs: undefined })
  expect(batches.map(({ events }) => events.length)).toEqual([0, 0, 2])
  expect(applyWrite(write, record).record).toEqual(record)
})
