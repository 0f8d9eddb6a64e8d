import fc from 'fast-check'
import { expect, it, onTestFinished, vi } from 'vitest'
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

it.each([
  ['an array', JSON.stringify(Array(131_000).fill(0))],
  ['lines', '{"type":"x"}\n'.repeat(131_000)],
  ['lines that are not JSON', '{x}\n'.repeat(131_000)],
  ['lines after blank ones', `${'\n'.repeat(10_000)}${'1\n'.repeat(5001)}`],
])('refuses too many in %s as too large', (_, text) => {
  expect(decodePlain(text)).toMatchObject({ ok: false, error: { code: 'too_large' } })
})

it('counts no blank lines', () => {
  expect(decodePlain(`${'\n \r\n'.repeat(100_000)}{"type":"x"}\n{"type":"y"}`)).toMatchObject({ value: { length: 2 } })
})

it('makes no exception for a line that can be no event, and for few of those that can', () => {
  const parse = vi.spyOn(JSON, 'parse')
  onTestFinished(() => parse.mockRestore())
  const good = '{"type":"x"}\n'
  expect(decodePlain(`${good}${'nonsense\n'.repeat(4000)}`)).toMatchObject({ ok: true, value: { length: 4001 } })
  expect(parse).toHaveBeenCalledTimes(2)
  expect(decodePlain(`${good}${'{x}\n'.repeat(100)}`)).toMatchObject({ ok: true, value: { length: 101 } })
  parse.mockClear()
  expect(decodePlain(`${good}${'{x}\n'.repeat(4000)}`)).toMatchObject({ ok: false, error: { code: 'bad_json' } })
  expect(parse).toHaveBeenCalledTimes(103)
})

it.each(['', '1', '"text"', 'null', 'nonsense', '{', '1\n2'])('refuses %j', (text) => {
  expect(decodePlain(text)).toMatchObject({ ok: false })
})

it('never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => void expect(typeof decodePlain(text).ok).toBe('boolean')),
  )
})

it.each([
  ['', 'Expected JSON, got nothing'],
  ['5', 'Expected an array of events or one event a line, got 5'],
  ['"5"', 'Expected an array of events or one event a line, got "5"'],
])('says of %j what came', (text, message) => {
  expect(decodePlain(text)).toMatchObject({ error: { message } })
})
