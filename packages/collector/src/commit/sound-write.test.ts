import { expect, it } from 'vitest'
import { aBatch } from '../test-doubles.ts'
import { EncodedEvents } from './encoded-events.ts'
import type { SessionBatch } from './session-batch.ts'
import { newRecord, type SessionRecord } from './session-record.ts'
import { isSound } from './sound-write.ts'

const whole = aBatch(1, 2)

function aWrite(over: { readonly batch?: object; readonly record?: object } = {}) {
  const record = { ...newRecord('s', 1), ...over.record } as SessionRecord
  return { sessionId: 's', from: 0, batches: [{ ...whole, ...over.batch } as SessionBatch], record, unconfirmed: false }
}

it('takes what a collector writes', () => {
  expect(isSound(aWrite())).toBe(true)
  expect(isSound({ ...aWrite(), batches: [] })).toBe(true)
})

const { length, types, bytes } = whole.events

it.each([
  ['fewer events than it counts', new EncodedEvents(length, types, bytes.subarray(0, 40))],
  ['more texts than its events have', new EncodedEvents(length, types, Buffer.concat([bytes, Buffer.from('x')]))],
  ['less text than its events have', new EncodedEvents(length, types, bytes.subarray(0, -1))],
  ['types that it does not name', new EncodedEvents(length, [], bytes)],
  ['a count that is none', new EncodedEvents(Number.NaN, types, bytes)],
])('takes a batch with %s for none', (_, events) => {
  expect(isSound(aWrite({ batch: { events } }))).toBe(false)
})

it.each([
  ['of another session', { record: { sessionId: 'other' } }],
  ['whose record counts with words', { record: { stored: 'two' } }],
  ['whose record has no drops', { record: { dropped: undefined } }],
  ['that ends before it begins', { batch: { upTo: -1 } }],
  ['without a list of what it rejects', { batch: { rejected: null } }],
])('takes a write %s for none', (_, over) => {
  expect(isSound(aWrite(over))).toBe(false)
})
