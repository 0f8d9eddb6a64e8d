import type { LiveTail } from '@downlink/collector'
import { expect, it } from 'vitest'
import { addTail, emptyTail, matching } from './tail.ts'

const anEvent = (seq: number, type = 'x', data: unknown = {}) => ({
  id: `s:${seq}`,
  type,
  timestamp: 1000 + seq,
  data,
  sessionId: 's',
  seq,
  receivedAt: 2000,
})

const aMessage = (over: Partial<LiveTail>): LiveTail => ({ events: [], rejected: [], lost: 0, ...over })

it('puts the newest on top', () => {
  const tail = addTail(
    addTail(emptyTail, aMessage({ events: [anEvent(1), anEvent(2)] })),
    aMessage({ events: [anEvent(3)] }),
  )
  expect(tail.entries.map(({ seq }) => seq)).toEqual([3, 2, 1])
})

it('stays small, and adds up what was lost', () => {
  const many = Array.from({ length: 150 }, (_, at) => anEvent(at))
  const tail = [1, 2].reduce((sum, lost) => addTail(sum, aMessage({ events: many, lost })), emptyTail)
  expect(tail.entries).toHaveLength(200)
  expect(tail.lost).toBe(3)
})

it('shows data as short text', () => {
  const long = 'x'.repeat(1000)
  const events = [anEvent(1, 'x', { html: '<b>' }), anEvent(2, 'x', null), anEvent(3, 'x', long)]
  const [third, second, first] = addTail(emptyTail, aMessage({ events })).entries
  expect(first?.text).toBe('{"html":"<b>"}')
  expect(second?.text).toBe('')
  expect(third?.text).toHaveLength(401)
})

it('tells rejected events by their code', () => {
  const rejected = [
    { sessionId: 's', seq: 1, code: 'bad_text' as const, message: 'Expected text', raw: '', receivedAt: 1 },
  ]
  const [entry] = addTail(emptyTail, aMessage({ rejected })).entries
  expect(entry).toMatchObject({ type: 'bad_text', rejected: true, text: 'Expected text' })
})

it('filters by part of a type', () => {
  const { entries } = addTail(emptyTail, aMessage({ events: [anEvent(1, 'bullet_hit'), anEvent(2, 'ship_spawned')] }))
  expect(matching(entries, ' BULLET ', 'all').map(({ type }) => type)).toEqual(['bullet_hit'])
  expect(matching(entries, '', 'all')).toHaveLength(2)
  expect(matching(entries, '', 'rejected')).toEqual([])
})
