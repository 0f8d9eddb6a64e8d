import type { LiveTail, StoredEvent, StoredRejection } from '@downlink/collector'
import { expect, it } from 'vitest'
import { addTail, emptyTail, fillTail, keptRows, markTail, type Tail } from './tail.ts'

const anEvent = (seq: number, type = 'x', data: unknown = {}) => ({
  id: `s:${seq}`,
  type,
  timestamp: 1000 + seq,
  data,
  sessionId: 's',
  seq,
  receivedAt: 2000 + seq,
})

const aStored = (seq: number): StoredEvent => ({ ...anEvent(seq), correctedTimestamp: 1000 + seq })

const aRejection = (seq: number): StoredRejection => ({
  sessionId: 's',
  seq,
  code: 'bad_text',
  message: 'Expected text',
  raw: '',
  receivedAt: 2000 + seq,
})

const aMessage = (over: Partial<LiveTail>): LiveTail => ({ events: [], rejected: [], lost: 0, ...over })
const live = (tail: Tail, ...seqs: number[]) => addTail(tail, aMessage({ events: seqs.map((seq) => anEvent(seq)) }))
const stored = (...seqs: number[]) => ({ events: seqs.map(aStored), rejected: [] })

/** Sequences, and gaps with their size. */
const shownRows = ({ rows }: Tail) => rows.map((row) => (row.kind === 'gap' ? `gap ${row.entries ?? '?'}` : row.seq))

it('puts the newest on top', () => {
  expect(shownRows(live(live(emptyTail, 1, 2), 3))).toEqual([3, 2, 1])
})

it('stays small, shows where something was left out, and adds it up', () => {
  const first = addTail(emptyTail, aMessage({ events: [anEvent(1)], lost: 2 }))
  const second = addTail(first, aMessage({ events: [anEvent(7)], lost: 3 }))
  expect(shownRows(second)).toEqual([7, 'gap 3', 1, 'gap 2'])
  expect(new Set(second.rows.map(({ key }) => key)).size).toBe(4)
  const many = Array.from({ length: keptRows }, (_, at) => anEvent(100 + at))
  const third = addTail(second, aMessage({ events: many, lost: 1 }))
  expect([third.rows.length, third.lost]).toEqual([keptRows, 6])
})

it('shows data as short text, and what was rejected by its code', () => {
  const long = 'x'.repeat(5000)
  const events = [anEvent(1, 'x', { html: '<b>' }), anEvent(2, 'x', null), anEvent(3, 'x', long)]
  const rejected = [{ ...aRejection(4), code: 'bad_text' as const }]
  const texts = addTail(emptyTail, aMessage({ events, rejected })).rows
  expect(texts[0]).toMatchObject({ kind: 'rejected', type: 'bad_text', text: 'Expected text' })
  expect(texts[1]).toMatchObject({ text: `"${long.slice(0, 999)}…` })
  expect(texts[2]).toMatchObject({ text: '' })
  expect(texts[3]).toMatchObject({ text: '{"html":"<b>"}' })
})

it('begins with what is stored, nothing twice, whichever comes first', () => {
  const marked = markTail(emptyTail)
  const late = fillTail(live(marked, 4, 5), stored(5, 4, 3, 2))
  expect(shownRows(late)).toEqual([5, 4, 3, 2])
  const early = live(live(fillTail(marked, stored(4, 3, 2)), 4, 5), 6)
  expect(shownRows(early)).toEqual([6, 5, 4, 3, 2])
})

it('has what was rejected where it came, and none of it from long before', () => {
  const events = Array.from({ length: 200 }, (_, at) => aStored(1000 - 2 * at))
  const filled = fillTail(markTail(emptyTail), { events, rejected: [aRejection(999), aRejection(5)] })
  expect(shownRows(filled).slice(0, 3)).toEqual([1000, 999, 998])
  expect(shownRows(filled)).not.toContain(5)
  expect(shownRows(fillTail(markTail(emptyTail), { events: [aStored(9)], rejected: [aRejection(5)] }))).toEqual([9, 5])
})

it('closes the gap of a link that was lost, where what is stored reaches so far', () => {
  const lost = live(markTail(live(emptyTail, 1, 2)), 6)
  expect(shownRows(lost)).toEqual([6, 'gap ?', 2, 1])
  expect(shownRows(fillTail(lost, stored(6, 5, 4, 3, 2)))).toEqual([6, 5, 4, 3, 2, 1])
  expect(shownRows(fillTail(lost, stored(6, 5, 4)))).toEqual([6, 5, 4, 'gap ?', 2, 1])
  expect(shownRows(fillTail(lost, stored()))).toEqual([6, 'gap ?', 2, 1])
})
