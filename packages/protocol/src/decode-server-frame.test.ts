import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeServerFrame } from './decode-server-frame.ts'
import { encodeFrame } from './encode.ts'

const counts = fc.dictionary(fc.constantFrom('overflow', 'cleared', 'bad_event'), fc.nat(), { noNullPrototype: true })
const totals = fc.record({ dropped: counts, rejected: counts })
const frames = fc.oneof(
  fc.record({
    t: fc.constant('welcome' as const),
    ack: fc.nat(),
    window: fc.integer({ min: 1, max: 1e6 }),
    maxBatchBytes: fc.integer({ min: 1, max: 1e6 }),
    beatMs: fc.nat(),
    now: fc.nat(),
    totals,
  }),
  fc.record({ t: fc.constant('ack' as const), seq: fc.nat(), totals }),
  fc.record({ t: fc.constant('slow' as const), retryAfterMs: fc.nat() }),
  fc.record({ t: fc.constant('beat' as const) }),
)

it('reads every frame of a collector as it was', () => {
  fc.assert(fc.property(frames, (frame) => void expect(decodeServerFrame(encodeFrame(frame))).toEqual(frame)))
})

it('never throws on text, nor on JSON', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void expect(decodeServerFrame(text)).toBeUndefined()))
  const likely = fc.record(
    {
      t: fc.constantFrom('welcome', 'ack', 'slow', 'beat', '__proto__', 'constructor', 'toString', 1, null),
      ack: fc.jsonValue(),
      seq: fc.jsonValue(),
      window: fc.jsonValue(),
      totals: fc.oneof(fc.jsonValue(), fc.record({ dropped: fc.jsonValue(), rejected: fc.jsonValue() })),
      retryAfterMs: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), likely), (value) => {
      const frame = decodeServerFrame(JSON.stringify(value))
      if (frame) expect(['welcome', 'ack', 'slow', 'beat']).toContain(frame.t)
    }),
  )
})

const good = { dropped: { overflow: 1 }, rejected: { bad_event: 2 } }

it.each([
  ['no sequence', { t: 'ack', totals: good }],
  ['a negative sequence', { t: 'ack', seq: -1, totals: good }],
  ['a sequence of text', { t: 'ack', seq: '1', totals: good }],
  ['no totals', { t: 'ack', seq: 1 }],
  ['half of the totals', { t: 'ack', seq: 1, totals: { dropped: {} } }],
  ['totals of text', { t: 'ack', seq: 1, totals: { dropped: { overflow: '1' }, rejected: {} } }],
  ['a welcome without a window', { t: 'welcome', ack: 0, maxBatchBytes: 1, totals: good }],
  ['slow without an end', { t: 'slow' }],
  ['slow by a fraction', { t: 'slow', retryAfterMs: 0.5 }],
  ['a kind that every object has', { t: 'constructor' }],
])('passes over %s', (_, frame) => {
  expect(decodeServerFrame(JSON.stringify(frame))).toBeUndefined()
})
