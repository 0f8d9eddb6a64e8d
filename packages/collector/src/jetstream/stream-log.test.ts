import { expect, it } from 'vitest'
import { newRecord } from '../commit/session-record.ts'
import { encodeWrite } from '../commit/session-write.ts'
import { aBatch } from '../test-doubles.ts'
import { decodeMessage, encodeMessage } from './stream-log.ts'
import { subjectOf } from './subjects.ts'

const subject = subjectOf('s')
const write = { sessionId: 's', from: 0, batches: [aBatch(1, 2)], record: newRecord('s', 1), unconfirmed: false }

it('reads what it wrote', () => {
  expect(decodeMessage(encodeMessage(encodeWrite(write), subject), subject)).toMatchObject({ sessionId: 's', from: 0 })
})

it('tells an entry of a later version from none, and passes over fields that it does not know', () => {
  const { head, body } = encodeWrite(write)
  const read = (over: object) => decodeMessage(encodeMessage({ head: { ...head, ...over }, body }, subject), subject)
  expect(read({ format: 2 })).toBe('later')
  expect(read({ format: 1, later: 'field' })).toMatchObject({ sessionId: 's' })
})

it.each([
  ['no outline', Buffer.from('newer')],
  ['an outline of another kind', Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.from('{}')])],
  ['nothing', Buffer.alloc(0)],
])('takes an entry whose checksum is right, and whose body holds %s, for none', (_, body) => {
  const { head } = encodeWrite(write)
  expect(decodeMessage(encodeMessage({ head, body }, subject), subject)).toBeUndefined()
})
