import { expect, it } from 'vitest'
import { newRecord } from '../commit/session-record.ts'
import { aBatch } from '../test-doubles.ts'
import { createForgottenSessions } from './forgotten-sessions.ts'

const aWrite = (sessionId: string, restarts?: true) => ({
  sessionId,
  from: 0,
  batches: [aBatch(1, 1, restarts && { restarts })],
  record: newRecord(sessionId, 1),
  unconfirmed: false,
})

it('has all of a session up to the operation that forgot it, and what comes late, until it starts anew', () => {
  const forgotten = createForgottenSessions()
  forgotten.add(['s'], { segment: '0000000002-b', offset: 500 })
  const has = (segment: string, offset: number, restarts?: true) =>
    forgotten.has(aWrite('s', restarts), { segment, offset })
  expect(forgotten.has(aWrite('other'), { segment: '0000000001-c', offset: 60 })).toBe(false)
  // It had started anew before, and was forgotten once more.
  expect([has('0000000001-c', 60), has('0000000001-c', 900, true), has('0000000002-b', 400, true)]).toEqual([
    true,
    true,
    true,
  ])
  expect([has('0000000002-b', 500), has('0000000003-a', 60)]).toEqual([true, true])
  expect([has('0000000003-a', 100, true), has('0000000003-a', 200)]).toEqual([false, false])
})

it('has what stood before a new start also where that was read already, and no less for an earlier operation', () => {
  const forgotten = createForgottenSessions()
  const until = { segment: '0000000002-b', offset: 500 }
  forgotten.add(['s'], until)
  const has = (offset: number, restarts?: true) =>
    forgotten.has(aWrite('s', restarts), { segment: '0000000002-b', offset })
  const read = () => [has(400), has(600), has(700, true), has(800)]
  expect([read(), read()]).toEqual(Array.from({ length: 2 }, () => [true, true, false, false]))
  forgotten.add(['s'], { ...until, offset: 100 })
  expect([has(300, true), ...read()]).toEqual([true, true, true, false, false])
  forgotten.add(['s'], { ...until, offset: 750 })
  expect([...read(), has(900, true)]).toEqual([true, true, true, true, false])
})
