import { describe, expect, it } from 'vitest'
import type { SessionBatch } from '../commit/session-batch.ts'
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

describe('labels', () => {
  const red = { team: 'red' }
  const blue = { team: 'blue' }
  /** Events 1 to 4: red from 2 on, blue from 4 on. */
  const changes = {
    earlier: [
      { from: 1, until: 2 },
      { from: 2, until: 4, labels: red },
    ],
    from: 4,
    latest: blue,
  }
  const after = (committedSeq: number, labels?: object) => ({
    ...newRecord('s', 1),
    committedSeq,
    pushed: 9,
    ...labels,
  })
  const aWrite = (from: number, batch: SessionBatch, record: SessionRecord) =>
    ({ sessionId: 's', from, batches: [batch], record, unconfirmed: false }) as const

  it('end once each, however often the log is read, from wherever the store stands', () => {
    const write = aWrite(0, aBatch(1, 4, { labels: changes }), after(4, { labels: blue, labelsFrom: 4 }))
    const known = [
      undefined,
      {},
      { labels: red, labelsFrom: 2 },
      { labels: red, labelsFrom: 2 },
      { labels: blue, labelsFrom: 4 },
    ]
    for (const [committedSeq, labels] of known.entries()) {
      const before = labels && after(committedSeq, labels)
      const { record, labels: ended } = applyWrite(write, before)
      expect([committedSeq, record.labels, record.labelsFrom]).toEqual([committedSeq, blue, 4])
      expect(ended).toEqual(changes.earlier.filter(({ until }) => until > committedSeq))
    }
  })

  it('are those of the entry that is left, where one is gone in which they changed', () => {
    const before = after(1, { labels: { team: 'none' } })
    const left = aWrite(4, aBatch(5, 1), after(5, { labels: blue, labelsFrom: 4 }))
    expect(applyWrite(left, before)).toMatchObject({
      record: { labels: blue, labelsFrom: 4 },
      labels: [{ from: 1, until: 4, labels: { team: 'none' } }],
      lost: 3,
    })
    const again = { earlier: [{ from: 4, until: 5, labels: blue }], from: 5, latest: red }
    expect(
      applyWrite(aWrite(4, aBatch(5, 1, { labels: again }), after(5, { labels: red, labelsFrom: 5 })), before).labels,
    ).toEqual([
      { from: 1, until: 4, labels: { team: 'none' } },
      { from: 4, until: 5, labels: blue },
    ])
  })

  it('at or below the sequence of the store stay, where the log knows less of them', () => {
    const write = aWrite(
      0,
      aBatch(1, 4, { labels: { earlier: [{ from: 1, until: 4, labels: red }], from: 4, latest: blue } }),
      {
        ...after(4, { labels: blue, labelsFrom: 4 }),
      },
    )
    expect(applyWrite(write, after(2, { labels: blue, labelsFrom: 2 }))).toMatchObject({
      record: { labels: blue, labelsFrom: 4 },
      labels: [
        { from: 2, until: 3, labels: blue },
        { from: 3, until: 4, labels: red },
      ],
    })
    const same = aWrite(0, aBatch(1, 4), after(4, { labels: red }))
    expect(applyWrite(same, after(2, { labels: red, labelsFrom: 2 }))).toMatchObject({
      record: { labels: red, labelsFrom: 2 },
      labels: [],
    })
  })

  it('of a session that was forgotten do not come back', () => {
    const before = { ...after(2), forgottenAtMs: 5 }
    const write = aWrite(4, aBatch(5, 1, { labels: changes }), after(5, { labels: blue, labelsFrom: 5 }))
    const { record, labels } = applyWrite(write, before)
    expect([record.labels, labels]).toEqual([undefined, []])
  })
})
