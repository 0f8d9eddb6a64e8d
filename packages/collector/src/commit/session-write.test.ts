import fc from 'fast-check'
import { expect, it } from 'vitest'
import { aBatch } from '../test-doubles.ts'
import type { AcceptedEvent } from './encoded-events.ts'
import type { SessionMetadata } from './session-batch.ts'
import { newRecord } from './session-record.ts'
import { decodeWrite, emptyBody, encodeWrite, type SessionWrite } from './session-write.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const event: fc.Arbitrary<AcceptedEvent> = fc
  .record(
    {
      seq: fc.integer({ min: 1, max: 2 ** 36 }),
      type: fc.oneof(fc.constantFrom('hit', '__proto__', 'é🚀'), text),
      timestamp: fc.double({ min: -8.64e15, max: 8.64e15, noNaN: true }),
      version: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      json: fc.json().map((json) => ` ${json}`.trim()),
      envelope: fc.dictionary(text, fc.jsonValue(), { minKeys: 1 }).map((value) => JSON.stringify(value)),
      context: fc.constantFrom('{"level":1}', '{"é🚀": 2}'),
    },
    { requiredKeys: ['seq', 'type', 'timestamp', 'json'] },
  )
  .map(({ seq, envelope, context, ...event }) => ({
    seq,
    event,
    ...(envelope && { envelope }),
    ...(context && { context }),
  }))
const metadata: SessionMetadata = {
  delivery: 'acked',
  proofHash: 'p',
  clockOffsetMs: -5,
  build: 'b',
  labels: { a: 'é' },
  schema: 'x',
}
const earlier = { from: 1, until: 4, labels: { a: 'é' } }
const batch = fc
  .tuple(
    fc.integer({ min: 1, max: 99 }),
    fc.array(event),
    fc.dictionary(fc.constantFrom('overflow'), fc.nat()),
    fc.boolean(),
  )
  .map(([upTo, events, dropped, begins]) =>
    aBatch(1, upTo, { events, dropped, ...(begins && { metadata, labels: { earlier: [earlier], from: 4 } }) }),
  )

const readable = ({ batches, ...write }: SessionWrite) => ({
  ...write,
  batches: batches.map((batch) => ({ ...batch, events: batch.events.decode() })),
})

it('brings a write back as it was', () => {
  fc.assert(
    fc.property(fc.array(batch), fc.boolean(), (batches, unconfirmed) => {
      const record = { ...newRecord('s', 5), committedSeq: 7, labels: { a: 'é' } }
      const write = { sessionId: 's', from: 3, batches, record, unconfirmed }
      const { head, body } = encodeWrite(write)
      expect(head).toEqual({ session: 's', from: 3, to: 7, pushed: 0, ...(unconfirmed && { unconfirmed }) })
      // A reader finds the body at any offset of what it has read.
      const read = Buffer.concat([Buffer.alloc(3), body]).subarray(3)
      expect(readable(decodeWrite({ head, body: read }))).toEqual(readable(write))
    }),
  )
})

const olderEvents: readonly AcceptedEvent[] = [
  { seq: 8, event: { type: 'é', timestamp: 1.5, json: '{"é":1}' } },
  { seq: 9, event: { type: 'b', timestamp: 2, version: 4, json: 'null' }, envelope: '{"x":2}' },
]
const olderHead = { session: 's', from: 7, to: 9, pushed: 9 }
const olderWrite = {
  sessionId: 's',
  unconfirmed: false,
  from: 7,
  record: newRecord('s', 5),
  batches: [aBatch(8, 9, { metadata, events: olderEvents })],
}

const { committedSeq: mark, ...olderRecord } = olderWrite.record
const record = { ...olderRecord, mark }

function bodyOf(outline: object, ...rest: readonly Uint8Array[]): Buffer {
  const json = Buffer.from(JSON.stringify(outline))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  return Buffer.concat([length, json, ...rest])
}

it('reads what a log of format 1 holds', () => {
  const events = [
    [8, 'é', 1.5, -1, 8, -1],
    [9, 'b', 2, 4, 4, 7],
  ]
  const batches = [{ ...aBatch(8, 9), events, introduction: metadata }]
  const body = bodyOf({ record, batches }, Buffer.from('{"é":1}null{"x":2}'))
  expect(readable(decodeWrite({ head: olderHead, body }))).toEqual(readable(olderWrite))
})

it('reads what a log of format 2 holds', () => {
  const rows = Buffer.alloc(64)
  for (const [at, [seq, timestamp, type, version, data, envelope]] of [
    [8, 1.5, 1, 0, 7, 0],
    [9, 2, 0, 4, 4, 7],
  ].entries()) {
    rows.writeDoubleLE(seq ?? 0, at * 32)
    rows.writeDoubleLE(timestamp ?? 0, at * 32 + 8)
    for (const [place, value] of [type, version, data, envelope].entries()) {
      rows.writeUInt32LE(value ?? 0, at * 32 + 16 + place * 4)
    }
  }
  const batches = [
    { ...aBatch(8, 1), events: 1, introduction: metadata },
    { ...aBatch(9, 1), events: 1 },
  ]
  const outline = { record, types: ['b', 'é'], batches }
  const body = bodyOf(outline, rows, Buffer.from('{"é":1}null{"x":2}'))
  const read = [
    aBatch(8, 1, { metadata, events: olderEvents.slice(0, 1) }),
    aBatch(9, 1, { events: olderEvents.slice(1) }),
  ]
  expect(readable(decodeWrite({ head: olderHead, body }))).toEqual(readable({ ...olderWrite, batches: read }))
})

it('reads what a log of format 3 holds, in which no session has had anything removed', () => {
  const write = { sessionId: 's', from: 0, batches: [aBatch(1, 1, { metadata })], unconfirmed: false }
  const entry = encodeWrite({ ...write, record: newRecord('s', 5) })
  const [bytes, length] = [Buffer.from(entry.body), Buffer.from(entry.body).readUInt32LE(0)]
  const { record: newer, ...outline } = JSON.parse(bytes.toString('utf8', 4, 4 + length))
  const { expired: _, forgotten: __, ...older } = newer
  const body = bodyOf({ record: older, ...outline }, bytes.subarray(4 + length))
  expect(readable(decodeWrite({ ...entry, body }))).toEqual(readable(decodeWrite(entry)))
})

it('writes the names that a log of format 3 has', () => {
  const write = { sessionId: 's', from: 0, batches: [aBatch(1, 1, { metadata })], unconfirmed: false }
  const { body } = encodeWrite({ ...write, record: newRecord('s', 5) })
  const bytes = Buffer.from(body)
  const outline = JSON.parse(bytes.toString('utf8', 4, 4 + bytes.readUInt32LE(0)))
  expect(Object.keys(outline.record)).toEqual(expect.arrayContaining(['sessionId', 'committedSeq', 'pushed', 'stored']))
  expect(outline.batches[0]).toMatchObject({ upTo: 1, events: { length: 1, types: ['a'], bytes: 36 }, metadata })
})

it('is emptied of all but how far it came, in as many bytes', () => {
  fc.assert(
    fc.property(fc.array(batch), (batches) => {
      const labels = { a: 'p3rs0nal' }
      const record = { ...newRecord('s', 5), committedSeq: 7, labels, build: 'p3rs0nal', schema: 'p3rs0nal' }
      const entry = encodeWrite({ sessionId: 's', from: 3, batches, record, unconfirmed: false })
      const body = emptyBody(entry) ?? Buffer.alloc(0)
      expect(body).toHaveLength(entry.body.length)
      expect(Buffer.from(body).toString()).not.toMatch(/p3rs0nal|hit|é/)
      const { build: _build, labels: _labels, schema: _schema, ...left } = record
      const emptied = readable(decodeWrite({ ...entry, body }))
      expect(emptied.record).toEqual(left)
      expect(
        emptied.batches.map(({ events, rejected, missing, upTo }) => ({ events, rejected, missing, upTo })),
      ).toEqual(batches.slice(-1).map(({ upTo }) => ({ events: [], rejected: [], missing: 4, upTo })))
    }),
  )
})
