import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodePlain } from './decode-plain.ts'
import { cutElement } from './element.ts'

const events = fc.array(fc.record({ type: fc.string(), data: fc.jsonValue() }), { minLength: 1 })

it('reads an array, and one event a line', () => {
  fc.assert(
    fc.property(events, fc.constantFrom('\n', '\r\n', '\n\n'), (sent, newline) => {
      const lines = sent.map((event) => JSON.stringify(event))
      const value = lines.map((line) => cutElement(line, JSON.parse(line)))
      expect(decodePlain(JSON.stringify(sent))).toEqual({ ok: true, value })
      expect(decodePlain(lines.join(newline) + newline)).toEqual({ ok: true, value })
    }),
  )
})

it('keeps a line that is no JSON as text, so that it is rejected alone', () => {
  expect(decodePlain('{"type":"a"}\nnonsense\n{"type":"b"}')).toEqual({
    ok: true,
    value: [
      cutElement('{"type":"a"}', { type: 'a' }),
      { value: 'nonsense', text: 'nonsense', keys: 0, data: undefined },
      cutElement('{"type":"b"}', { type: 'b' }),
    ],
  })
})

it.each(['', '1', '"text"', 'null', 'nonsense', '{', '1\n2'])('refuses %j', (text) => {
  expect(decodePlain(text)).toMatchObject({ ok: false })
})

it('never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => void expect(typeof decodePlain(text).ok).toBe('boolean')),
  )
})
