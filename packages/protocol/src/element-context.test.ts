import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeClientFrame, isDrop } from './decode-client-frame.ts'
import { cutElement } from './element.ts'
import { cutEnvelope, readContext, readLabels, wholeContext } from './element-context.ts'
import { checkEvent } from './event-limits.ts'
import { createLeftOut } from './left-out.ts'
import { maxMetaBytes } from './limits.ts'

const elementOf = (text: string) => cutElement(text, JSON.parse(text))

function contextOf(text: string) {
  const { context } = elementOf(`{"context":${text}}`)
  const leftOut = createLeftOut()
  return { context: context && readContext(context, leftOut), leftOut: leftOut.sentences() ?? [] }
}

function labelsOf(text: string) {
  const { labels } = elementOf(`{"labels":${text}}`)
  const leftOut = createLeftOut()
  return { labels: labels && readLabels(labels, leftOut), leftOut: leftOut.sentences() ?? [] }
}

it.each([
  '{"level":3}',
  '{ "level" : 3.10, "big":1e300 }',
  '{"d\\u00fcne":"\\ud83d\\ude00","boss":true,"":""}',
  '{"__proto__":"p","constructor":1,"4":0}',
])('is the text that it came as: %s', (text) => {
  expect(contextOf(text)).toEqual({ context: text, leftOut: [] })
})

it.each([
  ['{}', undefined, 0],
  ['{"a":null}', undefined, 1],
  ['[1]', undefined, 1],
  ['null', undefined, 1],
  ['{"a":[1],"b":2}', '{"b":2}', 1],
  ['{"a":1e999,"b":{"c":1}}', undefined, 2],
  ['{"a":"\\ud800","\\udc00":1,"n\\u0000":1,"b": 2}', '{"b":2}', 3],
  ['{"a":1,"b":2,"\\u0061":3}', '{"\\u0061":3,"b":2}', 1],
])('has of %s what fits', (text, context, sentences) => {
  const read = contextOf(text)
  expect([read.context && JSON.parse(read.context), read.leftOut.length]).toEqual([
    context && JSON.parse(context),
    sentences,
  ])
})

it('takes members in their order as far as they fit', () => {
  const long = 'é'.repeat(maxMetaBytes / 4)
  const text = JSON.stringify({ a: long, b: long, c: 1 })
  const { context, leftOut } = contextOf(text)
  expect(JSON.parse(context ?? '')).toEqual({ a: long, c: 1 })
  expect(leftOut).toEqual([`Expected "context" of at most ${maxMetaBytes} bytes, got no room for "b"`])
  const spaced = `{${' '.repeat(maxMetaBytes)}"a":1}`
  expect(contextOf(spaced)).toEqual({ context: '{"a":1}', leftOut: [] })
})

it('is bounded, and says the same to every reader, whatever comes', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const { context, leftOut } = contextOf(json)
      expect(leftOut.length).toBeLessThanOrEqual(8)
      if (context === undefined) return
      expect(Buffer.byteLength(context)).toBeLessThanOrEqual(maxMetaBytes)
      expect(Object.entries(JSON.parse(context)).every(([, value]) => /string|number|boolean/.test(typeof value))).toBe(
        true,
      )
    }),
  )
})

it('has of labels the texts, and null for those that are there no more', () => {
  expect(labelsOf('{"player":"ada","gpu":null,"n":1}')).toEqual({
    labels: { player: 'ada', gpu: null },
    leftOut: ['Expected "n" of "labels" to be well-formed text or null, got 1'],
  })
  expect(Object.keys(labelsOf('{"__proto__":"p"}').labels ?? {})).toEqual(['__proto__'])
})

describe('of a plain event', () => {
  it.each([
    ['{"type":"a","context":{"level":1},"labels":{"player":"ada"},"id":7}', '{"id":7}'],
    ['{"type":"a","context":{"page":{"url":"/"}},"labels":"none"}', '{"context":{"page":{"url":"/"}},"labels":"none"}'],
    ['{"type":"a","cont\\u0065xt":{"level":1}}', undefined],
  ])('all else is its envelope: %s', (text, envelope) => {
    expect(cutEnvelope(elementOf(text))?.text).toBe(envelope)
  })

  it('is one as a whole, or none', () => {
    expect(wholeContext(elementOf('{"context":{"a":1,"b":[]}}').context)).toBeUndefined()
  })
})

/** What a collector did that knew of no context: so one can be said to it. */
it.each([
  '{"type":"a","timestamp":1,"data":{"n":1},"later":{"level":1}}',
  '{"drop":{"overflow":2},"later":{"level":1}}',
])('passes over fields of an element that it does not know: %s', (text) => {
  const decoded = decodeClientFrame(`{"t":"batch","seq":1,"pushed":2,"events":[${text}]}`)
  if (!decoded.ok || decoded.value.t !== 'batch') throw new Error('Expected a batch')
  const [element = elementOf('0')] = decoded.value.events
  if (isDrop(element.value)) expect(element.value.drop).toEqual({ overflow: 2 })
  else expect(checkEvent(element)).toEqual({ ok: true, value: { type: 'a', timestamp: 1, json: '{"n":1}' } })
})
