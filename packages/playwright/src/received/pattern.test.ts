import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { differencesOf, payloadDifferences } from './pattern.ts'

const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)))

it('finds none where the pattern is a part of what came', () => {
  const received = { team: 'red', at: { x: 1, y: 2 }, by: ['a', { id: 1, n: 2 }], none: null }
  for (const pattern of [
    {},
    { team: 'red' },
    { at: { y: 2 } },
    { by: ['a', { id: 1 }] },
    { none: null, missing: undefined },
    { team: expect.any(String), at: expect.objectContaining({ x: 1 }), by: [expect.anything(), expect.anything()] },
  ]) {
    expect(differencesOf(pattern, received)).toEqual([])
  }
})

it('names each field that differs', () => {
  const any = expect.any(Number)
  const received = { team: 'red', at: { x: '1' }, by: ['a'], deep: [{ a: 1 }, { a: 2 }] }
  const pattern = { team: 'blue', at: { x: any, z: 1 }, by: ['a', 'b'], deep: [{ a: 1 }, { a: 3 }], gone: { a: 1 } }
  expect(differencesOf(pattern, received)).toEqual([
    { path: 'team', expected: 'blue', received: 'red' },
    { path: 'at.x', expected: any, received: '1' },
    { path: 'at.z', expected: 1, received: undefined },
    { path: 'by', expected: ['a', 'b'], received: ['a'] },
    { path: 'deep[1].a', expected: 3, received: 2 },
    { path: 'gone', expected: { a: 1 }, received: undefined },
  ])
})

it('takes a payload that is no object, and keys that objects have by themselves', () => {
  expect(differencesOf(1, 1)).toEqual([])
  expect(differencesOf(Number.NaN, Number.NaN)).toEqual([])
  expect(differencesOf({ a: 1 }, null)).toHaveLength(1)
  expect(differencesOf({}, [])).toHaveLength(1)
  expect(differencesOf([], {})).toHaveLength(1)
  expect(differencesOf({ toString: expect.anything() }, {})).toHaveLength(1)
  expect(payloadDifferences(undefined, { a: 1 })).toEqual([])
})

it('every payload fits itself, and every part of itself', () => {
  fc.assert(fc.property(json, (value) => differencesOf(value, value).length === 0))
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), fc.dictionary(fc.string(), json), (part, more) => {
      const whole = Object.assign(Object.create(null), more, part)
      return differencesOf(part, whole).length === 0
    }),
  )
})
