import { expect, it, onTestFinished, vi } from 'vitest'
import { decodeBody } from './decode-body.ts'

const hello = { session: 's-1', proof: '0'.repeat(32), conn: 1, next: 1, pushed: 1, now: 1 }
const events = [{ type: 'x', timestamp: 1 }]

it('tells a batch with its hello from plain events', () => {
  const received = [{ value: events[0], text: '{"type":"x","timestamp":1}' }]
  expect(decodeBody(JSON.stringify({ ...hello, seq: 1, events }))).toMatchObject({
    value: { kind: 'acked', post: { ...hello, seq: 1, events: received } },
  })
  expect(decodeBody(JSON.stringify(events))).toMatchObject({ value: { kind: 'plain', events: received } })
  expect(decodeBody('{"type":"x"}\n{"type":"y"}')).toMatchObject({ value: { kind: 'plain', events: { length: 2 } } })
})

it.each([
  ['too many elements', JSON.stringify({ ...hello, seq: 1, events: Array(5001).fill(0) }), 'too_large'],
  ['too many plain events', JSON.stringify(Array(5001).fill(0)), 'too_large'],
  ['a hello that is none', JSON.stringify({ ...hello, next: 0, seq: 1, events }), 'bad_frame'],
  ['nothing', '', 'bad_json'],
])('refuses %s', (_, text, code) => {
  expect(decodeBody(text)).toMatchObject({ ok: false, error: { code } })
})

it('parses a body once', () => {
  const parse = vi.spyOn(JSON, 'parse')
  onTestFinished(() => parse.mockRestore())
  decodeBody(JSON.stringify({ ...hello, seq: 1, events }))
  decodeBody(JSON.stringify(events))
  expect(parse).toHaveBeenCalledTimes(2)
})
