import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { decodeBody, decodeClientFrame, decodePost, looksLikePost, spanOf } from './decode-client-frame.ts'
import { cutElement } from './element.ts'
import { encodeBatch, encodeFrame } from './encode.ts'
import type { Batch, Hello } from './frames.ts'
import { protocolDefaults } from './limits.ts'

const hello: Hello = { session: 's-1', proof: '0123456789abcdef'.repeat(2), conn: 1, next: 1, pushed: 0, now: 1 }
const batch: Batch = { seq: 1, pushed: 3, events: [{ type: 'tick', timestamp: 1, data: 1 }, { drop: { overflow: 2 } }] }

const { maxElements, maxSequence } = protocolDefaults

const count = (least: number) => fc.integer({ min: least, max: maxSequence })
const text = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength })
const hellos = fc
  .record(
    {
      session: fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/),
      proof: fc.stringMatching(/^[0-9a-f]{32}$/),
      conn: count(1),
      next: count(1),
      now: fc.integer(),
      more: fc.nat(),
      key: text(40),
      schema: text(40),
      meta: fc.record(
        { build: text(20), labels: fc.dictionary(text(8), text(8), { maxKeys: 4, noNullPrototype: true }) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['session', 'proof', 'conn', 'next', 'now', 'more'] },
  )
  .map(({ more, ...rest }) => ({ ...rest, pushed: Math.min(maxSequence, rest.next - 1 + more) }))
const elements = fc.oneof(
  fc.record({ type: text(10), timestamp: fc.integer(), data: fc.jsonValue() }),
  fc.record({ drop: fc.record({ overflow: fc.integer({ min: 1, max: 9 }) }) }),
)
const batches = fc
  .record({ seq: fc.integer({ min: 1, max: 1e9 }), more: fc.nat(), events: fc.array(elements), end: fc.boolean() })
  .map(({ seq, more, events, end }) => {
    const pushed = events.reduce((sum, element) => sum + spanOf(element), seq - 1) + more
    return end ? { seq, pushed, events, end } : { seq, pushed, events }
  })

const receivedOf = (events: readonly unknown[]) =>
  events.map((event) => cutElement(JSON.stringify(event), JSON.parse(JSON.stringify(event))))

describe('round trip', () => {
  it('reads a hello as it was', () => {
    fc.assert(
      fc.property(hellos, (sent) => {
        expect(decodeClientFrame(encodeFrame({ t: 'hello', ...sent }))).toEqual({
          ok: true,
          value: { t: 'hello', ...sent },
        })
      }),
    )
  })

  it('reads a batch as it was', () => {
    fc.assert(
      fc.property(batches, ({ events, ...head }) => {
        const sent = encodeBatch(
          { t: 'batch', ...head },
          events.map((element) => JSON.stringify(element)),
        )
        const read = decodeClientFrame(sent)
        expect(read).toEqual({ ok: true, value: { t: 'batch', ...head, events: receivedOf(events) } })
      }),
    )
  })

  it('reads a post as it was', () => {
    fc.assert(
      fc.property(hellos, batches, (who, { events, ...head }) => {
        const pushed = Math.max(who.pushed, head.pushed)
        const sent = encodeBatch(
          { ...who, ...head, pushed },
          events.map((element) => JSON.stringify(element)),
        )
        const body: unknown = JSON.parse(sent)
        expect(looksLikePost(body) && decodePost(body, sent)).toEqual({
          ok: true,
          value: { ...who, ...head, pushed, events: receivedOf(events) },
        })
      }),
    )
  })

  it('reads a ping, and passes over what a later protocol adds', () => {
    expect(decodeClientFrame('{"t":"ping","colour":"red"}')).toEqual({ ok: true, value: { t: 'ping' } })
  })
})

describe('from outside', () => {
  it('never throws on text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (sent) => {
        expect(typeof decodeClientFrame(sent).ok).toBe('boolean')
      }),
    )
  })

  it('never throws on JSON', () => {
    const frames = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          t: fc.constantFrom('hello', 'batch', 'ping', '__proto__'),
          session: fc.jsonValue(),
          proof: fc.jsonValue(),
          seq: fc.oneof(fc.nat(), fc.jsonValue()),
          pushed: fc.oneof(fc.nat(), fc.jsonValue()),
          events: fc.oneof(fc.array(fc.oneof(elements, fc.record({ drop: fc.jsonValue() }))), fc.jsonValue()),
          meta: fc.jsonValue(),
          end: fc.jsonValue(),
        },
        { requiredKeys: ['t'] },
      ),
    )
    fc.assert(
      fc.property(frames, (frame) => {
        const read = decodeClientFrame(JSON.stringify(frame))
        if (!read.ok) expect(read.error.message).toMatch(/^Expected /)
      }),
    )
  })

  it.each([
    ['not JSON', '{', 'bad_json'],
    ['an array', '[]', 'bad_frame'],
    ['no kind', '{}', 'unknown_frame'],
    ['a kind of object', '{"t":{}}', 'unknown_frame'],
  ])('refuses %s', (_, sent, code) => {
    expect(decodeClientFrame(sent)).toMatchObject({ ok: false, error: { code } })
  })

  it.each([
    ['an empty session', { session: '' }],
    ['a session with a colon', { session: 'plain:1' }],
    ['a long session', { session: 'a'.repeat(65) }],
    ['no proof', { proof: undefined }],
    ['a short proof', { proof: 'abc' }],
    ['conn 0', { conn: 0 }],
    ['next 0', { next: 0 }],
    ['next past what is pushed', { next: 2, pushed: 0 }],
    ['a fraction', { pushed: 0.5 }],
    ['more than a double holds', { pushed: 2 ** 53 }],
    ['more than anybody can have pushed', { pushed: maxSequence + 1 }],
    ['a claim to have had nearly 2^53 acknowledged', { next: 2 ** 53 - 1, pushed: 2 ** 53 - 2 }],
    ['a clock of text', { now: '1' }],
    ['a clock that no date holds', { now: 1e300 }],
  ])('refuses a hello with %s', (_, part) => {
    expect(decodeClientFrame(JSON.stringify({ t: 'hello', ...hello, ...part }))).toMatchObject({
      ok: false,
      error: { code: 'bad_frame' },
    })
  })

  it('never repeats a proof', () => {
    const read = decodeClientFrame(JSON.stringify({ t: 'hello', ...hello, proof: 'secret' }))
    expect(JSON.stringify(read)).not.toContain('secret')
  })

  it('takes a batch up to the last sequence there is, and no event after it', () => {
    const last = { t: 'batch', seq: maxSequence - 2, pushed: maxSequence }
    const read = (events: unknown[]) => decodeClientFrame(JSON.stringify({ ...last, events }))
    expect(read([{ type: 'x' }, { drop: { overflow: 2 } }])).toMatchObject({ ok: true })
    expect(read([{ drop: { overflow: 2 } }, { type: 'x' }, { type: 'x' }])).toMatchObject({
      error: { code: 'bad_frame' },
    })
  })

  it('takes so many elements, and says which limit was passed before it looks at one', () => {
    const read = (events: unknown[]) =>
      decodeClientFrame(JSON.stringify({ t: 'batch', seq: 1, pushed: events.length, events }))
    expect(read(Array(maxElements).fill(0))).toMatchObject({ ok: true })
    expect(read(Array(maxElements + 1).fill({ drop: 0 }))).toMatchObject({
      error: { code: 'too_large', message: 'Expected at most 5000 elements, got 5001' },
    })
  })

  it.each([
    ['sequence 0', { seq: 0 }],
    ['more events than are pushed', { pushed: 2 }],
    ['events that are no array', { events: {} }],
    ['an end of text', { end: 'yes' }],
    ['a drop of nothing', { events: [{ drop: {} }] }],
    ['a drop for a reason of its own', { events: [{ drop: { boredom: 1 } }] }],
    ['a sequence that nobody can have reached', { seq: maxSequence + 1, pushed: maxSequence + 1, events: [] }],
    ['more pushed than anybody can have', { pushed: maxSequence + 1 }],
    ['drops that add up past pushed', { pushed: 9, events: [{ drop: { overflow: 5, sampled: 5 } }] }],
    [
      'drops that add up past 2^53',
      { events: Array(4).fill({ drop: { overflow: 2 ** 53 - 1, sampled: 2 ** 53 - 1 } }) },
    ],
    ['sequences that a double can’t tell apart', { seq: 2 ** 53 - 3, pushed: 2 ** 53 - 1, events: Array(6).fill(0) }],
    [
      'drops that add up to where a double can’t tell sequences apart',
      { pushed: 2 ** 53 - 1, events: [{ drop: { overflow: 2 ** 53 - 2 } }, 0, 0, 0, 0] },
    ],
    ['a drop of 1e21', { events: [{ drop: { overflow: 1e21 } }] }],
    ['a drop of 0', { events: [{ drop: { overflow: 0 } }] }],
    ['a drop that is a number', { events: [{ drop: 3 }] }],
    ['a drop by prototype', { events: [{ drop: JSON.parse('{"__proto__":1}') }] }],
  ])('refuses a batch with %s', (_, part) => {
    expect(decodeClientFrame(JSON.stringify({ t: 'batch', ...batch, ...part }))).toMatchObject({
      ok: false,
      error: { code: 'bad_frame' },
    })
  })
})

it('counts the sequences an element stands for', () => {
  expect([{ drop: { overflow: 3, sampled: 2 } }, { type: 'x' }, null, 1].map(spanOf)).toEqual([5, 1, 1, 1])
})

it('takes a game’s own event for no post', () => {
  expect([null, [], { session: 1, proof: 2 }, { type: 'x', events: [] }].some(looksLikePost)).toBe(false)
})

describe('the body of a POST', () => {
  const events = [{ type: 'x', timestamp: 1 }]
  const posted = { ...hello, pushed: 1, seq: 1 }

  it('tells a batch with its hello from plain events', () => {
    const received = [{ value: events[0], text: '{"type":"x","timestamp":1}' }]
    expect(decodeBody(JSON.stringify({ ...posted, events }))).toMatchObject({
      value: { kind: 'acked', post: { ...posted, events: received } },
    })
    expect(decodeBody(JSON.stringify(events))).toMatchObject({ value: { kind: 'plain', events: received } })
    expect(decodeBody('{"type":"x"}\n{"type":"y"}')).toMatchObject({ value: { kind: 'plain', events: { length: 2 } } })
  })

  it.each([
    ['too many elements', JSON.stringify({ ...posted, events: Array(5001).fill(0) }), 'too_large'],
    ['too many plain events', JSON.stringify(Array(5001).fill(0)), 'too_large'],
    ['a hello that is none', JSON.stringify({ ...posted, next: 0, events }), 'bad_frame'],
    ['nothing', '', 'bad_json'],
  ])('refuses %s', (_, text, code) => {
    expect(decodeBody(text)).toMatchObject({ ok: false, error: { code } })
  })

  it('parses a body once', () => {
    const parse = vi.spyOn(JSON, 'parse')
    onTestFinished(() => parse.mockRestore())
    decodeBody(JSON.stringify({ ...posted, events }))
    decodeBody(JSON.stringify(events))
    expect(parse).toHaveBeenCalledTimes(2)
  })
})
