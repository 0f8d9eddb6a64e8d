import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutElement, cutEvents, cutItems } from './element.ts'
import { cutEnvelope } from './element-context.ts'
import { JsonScanner } from './json-scanner.ts'

/** JSON texts of every spelling: white space anywhere, escapes, numbers as JavaScript would not write them. */
const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/)
const character = fc.oneof(
  fc.constantFrom(
    '\\"',
    '\\\\',
    '\\n',
    '\\u0061',
    '\\u005c',
    '\\u0022',
    '\\ud83d\\ude00',
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '😀',
  ),
  fc.string({ minLength: 1, maxLength: 1, unit: 'grapheme' }).filter((text) => !/["\\\p{Cc}]/u.test(text)),
)
const string = fc.array(character).map((characters) => `"${characters.join('')}"`)
const number = fc.stringMatching(/^-?(0|[1-9]\d{0,25})(\.\d{1,25})?([eE][+-]?\d{1,2})?$/)
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('true', 'false', 'null'),
    number,
    string,
    fc
      .tuple(fc.array(tie('json'), { maxLength: 4 }), space)
      .map(([items, gap]) => `[${gap}${items.join(`${gap},${gap}`)}${gap}]`),
    fc
      .tuple(
        fc.uniqueArray(string, { selector: (key) => JSON.parse(key), maxLength: 4 }),
        fc.array(tie('json'), { minLength: 4, maxLength: 4 }),
        space,
      )
      .map(
        ([keys, values, gap]) =>
          `{${gap}${keys.map((key, at) => `${key}${gap}:${gap}${values[at]}`).join(`${gap},${gap}`)}${gap}}`,
      ),
  ),
}))

const keysOf = (value: unknown): number =>
  typeof value !== 'object' || value === null
    ? 0
    : Object.values(value).reduce(
        (sum: number, item) => sum + keysOf(item),
        Array.isArray(value) ? 0 : Object.keys(value).length,
      )

it('cuts out any value as it stands there, and counts its keys', () => {
  fc.assert(
    fc.property(json, space, (text, gap) => {
      expect(new JsonScanner(`${gap}${text}${gap}`).cutValue()).toEqual({ text, keys: keysOf(JSON.parse(text)) })
    }),
  )
})

describe('of a frame', () => {
  it('cuts out each payload, whatever stands around it', () => {
    const element = fc.oneof(
      fc
        .tuple(json, space)
        .map(([data, gap]) => ({ text: `{${gap}"type"${gap}:"x",${gap}"data":${gap}${data}${gap}}`, data })),
      fc
        .constantFrom('{"drop":{"overflow":3}}', '{"type":"x"}', '1', 'null', '[{"data":1}]', '"data"')
        .map((text) => ({ text, data: undefined })),
    )
    fc.assert(
      fc.property(fc.array(element), space, json, (elements, gap, extra) => {
        const events = elements.map(({ text }) => text).join(`${gap},${gap}`)
        const text = `${gap}{"more":${extra}${gap},"event":[1],"events"${gap}:${gap}[${gap}${events}${gap}],"seq":1}${gap}`
        const { events: values } = JSON.parse(text)
        const expected = elements.map(({ text: own, data }, at) => ({
          value: values[at],
          text: own,
          keys: own.startsWith('{') ? Object.keys(values[at]).length : 0,
          data: data === undefined ? undefined : { text: data, keys: keysOf(values[at].data) },
        }))
        expect(cutEvents(text, values)).toEqual(expected)
        expect(cutEvents(text, values, new TextEncoder().encode(text))).toEqual(expected)
      }),
    )
  })

  it('takes the events that JSON.parse takes where there are two', () => {
    const text = '{"events":[{"data":1},2],"\\u0065vents":[{"data":3}],"x":[]}'
    expect(cutEvents(text, JSON.parse(text).events).map(({ value, data }) => [value, data?.text])).toEqual([
      [{ data: 3 }, '3'],
    ])
  })

  it('finds the payload by an escaped key', () => {
    expect(cutElement('{"\\u0064ata":[1]}', { data: [1] }).data).toEqual({ text: '[1]', keys: 0 })
  })
})

it('reads strings that are long, or full of quotes and backslashes', () => {
  for (const inner of ['x'.repeat(200_000), '\\"'.repeat(100_000), '\\\\'.repeat(100_000), '\\\\\\"'.repeat(50_000)]) {
    const text = `["${inner}", 1]`
    expect(cutItems(text, JSON.parse(text)).map((element) => element.text)).toEqual([`"${inner}"`, '1'])
  }
})

it('cuts out what a plain event carries beside its data, member by member', () => {
  const text =
    '{ "id" : 18446744073709551615, "\\u0074ype":"x", "data":{"a":1}, "n\\u0061me": {"a" : [1, {"b":-0}]}, "version":1 }'
  expect(cutEnvelope(cutElement(text, JSON.parse(text)))).toEqual({
    text: '{"id":18446744073709551615,"n\\u0061me":{"a" : [1, {"b":-0}]}}',
    keys: 4,
  })
  expect(cutEnvelope(cutElement('{"type":"x"}', { type: 'x' }))).toBeUndefined()
})
