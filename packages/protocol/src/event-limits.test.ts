import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutElement } from './element.ts'
import { checkEvent } from './event-limits.ts'

const limits = { maxEventBytes: 100, maxDepth: 3, maxKeys: 2, maxTypeLength: 5 }
const received = (value: unknown) => cutElement(JSON.stringify(value), value)
const parsed = (text: string) => cutElement(text, JSON.parse(text))
const codeOf = (element: unknown, fallbackTimestamp?: number) => {
  const checked = checkEvent(received(element), limits, fallbackTimestamp)
  return checked.ok ? 'ok' : checked.error.code
}
const tick = (data: unknown, rest: object = {}) => ({ type: 'tick', timestamp: 1, data, ...rest })

it.each([
  ['no object', [], 'bad_event'],
  ['no type', { timestamp: 1 }, 'bad_event'],
  ['an empty type', tick(1, { type: '' }), 'bad_event'],
  ['a type at the limit', tick(1, { type: 'a'.repeat(5) }), 'ok'],
  ['a type over it', tick(1, { type: 'a'.repeat(6) }), 'bad_event'],
  ['a type with a lone surrogate', tick(1, { type: '\udc00' }), 'bad_text'],
  ['no timestamp', { type: 'tick' }, 'bad_timestamp'],
  ['the last date there is', tick(1, { timestamp: 8.64e15 }), 'ok'],
  ['a later one', tick(1, { timestamp: 8.64e15 + 2 }), 'bad_timestamp'],
  ['version 0', tick(1, { version: 0 }), 'bad_event'],
  ['version 1', tick(1, { version: 1 }), 'ok'],
  ['a version over 31 bits', tick(1, { version: 2 ** 31 }), 'bad_event'],
  ['a lone surrogate', tick({ a: '\ud800' }), 'bad_text'],
  ['a pair of them', tick({ a: '😀' }), 'ok'],
  ['a key with a lone surrogate', tick({ '\ud800': 1 }), 'bad_text'],
  ['a number that no double holds', tick(JSON.parse('1e999')), 'bad_number'],
  ['nesting at the limit', tick([[[1]]]), 'ok'],
  ['nesting over it', tick([[[[]]]]), 'too_deep'],
  ['keys at the limit', tick({ a: 1, b: 2 }), 'ok'],
  ['keys over it', tick({ a: 1, b: 2, c: 3 }), 'too_many_keys'],
  ['bytes at the limit', tick('x'.repeat(98)), 'ok'],
  ['bytes over it', tick('x'.repeat(99)), 'too_large'],
  ['bytes over it, not characters', tick('é'.repeat(50)), 'too_large'],
] as const)('judges %s', (_, element, code) => {
  expect(codeOf(element)).toBe(code)
})

it.each([
  [tick(1, { type: '' }), 'to be 1 to 5 characters, got ""'],
  [tick(1, { timestamp: '5' }), 'to be milliseconds since 1970, got "5"'],
  [tick(1, { version: { a: 1 } }), 'to be a whole number from 1 up, got {"a":1}'],
  ['', 'Expected an object, got ""'],
])('says of %j what came, and that text is text', (element, message) => {
  const checked = checkEvent(received(element), limits)
  expect(checked.ok ? undefined : checked.error.message).toContain(message)
})

it('gives the JSON to store, null where there is no data', () => {
  expect(checkEvent(received({ type: 'tick', timestamp: 1 }))).toMatchObject({ ok: true, value: { json: 'null' } })
  expect(checkEvent(parsed('{"type":"tick","timestamp":1,"data": {"a" : [1E2]} }'))).toMatchObject({
    ok: true,
    value: { json: '{"a" : [1E2]}' },
  })
})

it('falls back to a timestamp only where there is none', () => {
  expect([codeOf({ type: 'tick' }, 5), codeOf({ type: 'tick', timestamp: 'x' }, 5)]).toEqual(['ok', 'bad_timestamp'])
})

it('takes __proto__ for data', () => {
  const element = parsed('{"type":"tick","timestamp":1,"data":{"__proto__":{"a":1}}}')
  expect(checkEvent(element)).toMatchObject({ ok: true, value: { json: '{"__proto__":{"a":1}}' } })
})

it('never throws on JSON, and what it takes is within the limits', () => {
  const elements = fc.oneof(
    fc.jsonValue(),
    fc.jsonValue({ maxDepth: 6 }).map(tick),
    fc.string({ unit: 'binary' }).map(tick),
  )
  fc.assert(
    fc.property(elements, (element) => {
      const checked = checkEvent(received(element), limits)
      if (checked.ok) expect(new TextEncoder().encode(checked.value.json).length).toBeLessThanOrEqual(100)
    }),
  )
})

it('survives nesting that a stack would not', () => {
  const deep = parsed(`{"type":"tick","timestamp":1,"data":${'['.repeat(5000)}${']'.repeat(5000)}}`)
  expect(checkEvent(deep)).toMatchObject({ ok: false, error: { code: 'too_deep' } })
})

const withData = (data: string) => `{"type":"tick","timestamp":1,"data":${data}}`

it.each([
  ['in the payload', withData('{"a":1,"a":2}')],
  ['deep in it', withData('[{"b":{"a":1,"c":[],"a":1}}]')],
  ['by an escape', withData('{"a":1,"\\u0061":2}')],
  ['as __proto__', withData('{"__proto__":1,"__proto__":2}')],
  ['as data', '{"type":"tick","timestamp":1,"data":1,"data":2}'],
  ['as data, by an escape', '{"type":"tick","timestamp":1,"data":1,"\\u0064ata":2}'],
  ['as type', '{"type":"tick","type":"tock","timestamp":1}'],
])('rejects a key that is there twice: %s', (_, text) => {
  expect(checkEvent(parsed(text))).toMatchObject({ ok: false, error: { code: 'duplicate_key' } })
})

it.each([
  '{"a":{"a":{"a":1}},"b":{"a":1}}',
  '{"a":":\\":{","b":"\\\\"}',
  '[{"a":1},{"a":2}]',
  '{"hasOwnProperty":1,"__proto__":{"__proto__":2},"constructor":3,"":4}',
])('takes keys that are each there once: %s', (data) => {
  expect(checkEvent(parsed(withData(data)))).toMatchObject({ ok: true, value: { json: data } })
})

it.each([
  '76561197960287930',
  '9007199254740993',
  '18446744073709551615',
  '-0',
  '0.12345678901234567890',
  '1E2',
  '1e-400',
])('keeps every digit of %s', (number) => {
  expect(checkEvent(parsed(withData(` [ ${number} ] `)))).toMatchObject({ ok: true, value: { json: `[ ${number} ]` } })
})
