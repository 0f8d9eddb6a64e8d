import { runInNewContext } from 'node:vm'
import { cutElement, defineEvents, protocolDefaults, type StandardResult, versions } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { createEventValidator } from './event-validator.ts'

const schema = (validate: (value: unknown) => StandardResult<unknown> | Promise<StandardResult<unknown>>) => ({
  '~standard': { version: 1, vendor: 'test', validate } as const,
})

const { schemas } = defineEvents({
  bullet_fired: z.object({ shipId: z.string(), at: z.object({ x: z.number() }) }),
  later: schema(async () => ({ value: 1 })),
  broken: schema(() => {
    throw new Error('oh')
  }),
  wordless: schema(() => {
    throw Object.create(null)
  }),
  elsewhere: schema(() => runInNewContext('Promise.resolve({ value: 1 })')),
})
const judge = createEventValidator(protocolDefaults, schemas)
const received = (text: string) => cutElement(text, JSON.parse(text))
const event = (type: string, data?: unknown) => received(JSON.stringify({ type, timestamp: 1, data }))

it('names the path of what fails', () => {
  expect(judge.acked(event('bullet_fired', { shipId: 'r1', at: { x: 'no' } }))).toMatchObject({
    ok: false,
    error: { code: 'invalid_payload', message: expect.stringContaining('data.at.x: ') },
  })
})

it.each([
  ['nobody_knows', 'unknown_type'],
  ['toString', 'unknown_type'],
  ['later', 'invalid_payload'],
  ['broken', 'invalid_payload'],
  ['wordless', 'invalid_payload'],
  ['elsewhere', 'invalid_payload'],
])('rejects %s as %s', (type, code) => {
  expect(judge.acked(event(type))).toMatchObject({ ok: false, error: { code } })
})

it('stores what was sent, not what the schema makes of it', () => {
  const data = { shipId: 'r1', at: { x: 1 }, extra: true }
  expect(judge.acked(event('bullet_fired', data))).toMatchObject({ ok: true, value: { json: JSON.stringify(data) } })
})

it('keeps what a plain event carries beside its data, within the same limits', () => {
  const open = createEventValidator(protocolDefaults, {})
  expect(open.plain(received('{"id":1, "type":"x", "extra" : [2, 9007199254740993]}'), 77)).toMatchObject({
    value: { timestamp: 77 },
    envelope: '{"id":1,"extra":[2, 9007199254740993]}',
  })
  expect(open.plain(received('{"type":"x","note":"\\ud800"}'), 77)).toMatchObject({
    ok: false,
    error: { code: 'bad_text' },
  })
})

it('takes __proto__ keys as data', () => {
  const open = createEventValidator(protocolDefaults, {})
  const element = received('{"type":"x","data":{"__proto__":{"a":1}},"__proto__":{"b":2}}')
  expect(open.plain(element, 1)).toMatchObject({
    value: { json: '{"__proto__":{"a":1}}' },
    envelope: '{"__proto__":{"b":2}}',
  })
})

it('judges an event by the schema of its version', () => {
  const judge = createEventValidator(
    protocolDefaults,
    defineEvents({
      hit: versions([2, z.object({ ship: z.string() })], [5, z.object({ shipId: z.string() })]),
      first: versions([1, z.object({ a: z.int() })], [2, z.object({ b: z.int() })]),
    }).schemas,
  )
  const codeOf = (type: string, version: number | undefined, data: unknown) => {
    const result = judge.acked(received(JSON.stringify({ type, timestamp: 1, data, version })))
    return result.ok ? 'taken' : result.error.code
  }
  const [old, fresh] = [{ ship: 'r1' }, { shipId: 'r1' }]
  expect([2, 4, 5, 99].map((version) => codeOf('hit', version, old))).toEqual([
    'taken',
    'taken',
    'invalid_payload',
    'invalid_payload',
  ])
  expect([2, 4, 5, 99].map((version) => codeOf('hit', version, fresh))).toEqual([
    'invalid_payload',
    'invalid_payload',
    'taken',
    'taken',
  ])
  expect([1, undefined].map((version) => codeOf('hit', version, old))).toEqual(['unknown_version', 'unknown_version'])
  expect([codeOf('first', undefined, { a: 1 }), codeOf('first', undefined, { b: 1 })]).toEqual([
    'taken',
    'invalid_payload',
  ])
  expect(judge.acked(received('{"type":"hit","timestamp":1,"version":1}'))).toMatchObject({
    error: { message: 'Expected version 2 or newer of "hit", got 1' },
  })
})
