import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stableJson } from './stable-json.ts'

const parsed = (value: unknown) => JSON.parse(stableJson(value))

it('sorts keys at every level, and puts the first ones first', () => {
  expect(stableJson({ b: { d: 1, c: 2 }, a: [{ z: 1, y: 2 }] })).toBe('{"a":[{"y":2,"z":1}],"b":{"c":2,"d":1}}')
  expect(stableJson({ b: 1, a: 2, c: 3 }, { first: ['c', 'absent'] })).toBe('{"c":3,"a":2,"b":1}')
  expect(stableJson({ b: { c: 1, a: 2 } }, { first: ['c'], indent: 1 })).toBe('{\n "b": {\n  "a": 2,\n  "c": 1\n }\n}')
})

it('says in text what JSON has no word for', () => {
  const list = [Number.NaN, -Infinity, 12345678901234567890n, () => {}, Symbol('s'), undefined]
  expect(parsed(list)).toEqual(['NaN', '-Infinity', '12345678901234567890', '[function]', '[symbol]', null])
  expect(parsed({ a: undefined, b: null })).toEqual({ b: null })
  expect(parsed(undefined)).toBeNull()
})

it('keeps what JSON would empty: maps, sets, typed arrays, dates', () => {
  const map = new Map<unknown, unknown>([['a', new Set([1])]])
  expect(parsed({ map, bytes: new Uint8Array([1, 2]), date: new Date(0) })).toEqual({
    map: [['a', [1]]],
    bytes: [1, 2],
    date: '1970-01-01T00:00:00.000Z',
  })
  expect(parsed(new Date(Number.NaN))).toBeNull()
  expect(parsed(new DataView(new ArrayBuffer(1)))).toEqual({})
})

it('survives circles, depth and objects that throw, and still tells of them', () => {
  const circle: Record<string, unknown> = { name: 'a' }
  circle.self = circle
  expect(parsed({ circle, twice: [circle.name, circle.name] })).toEqual({
    circle: { name: 'a', self: '[circular]' },
    twice: ['a', 'a'],
  })
  const shared = { a: 1 }
  expect(parsed([shared, shared])).toEqual([shared, shared])
  let deep: unknown = 'bottom'
  for (let i = 0; i < 100_000; i++) deep = [deep]
  expect(stableJson(deep)).toContain('"[too deep]"')
  const hostile = {
    get fine() {
      throw new Error('no')
    },
  }
  expect(parsed([hostile, { toJSON: () => Promise.reject.call(undefined) }])).toEqual([
    '[unreadable: no]',
    expect.stringMatching(/^\[unreadable: /),
  ])
  const thrower = {
    toJSON() {
      throw 'a text'
    },
  }
  expect(parsed(thrower)).toBe('[unreadable: it threw]')
})

it('takes __proto__ as a key like any other', () => {
  const hostile = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}')
  expect(stableJson(hostile)).toBe('{"__proto__":{"polluted":true},"constructor":1}')
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

it('replaces half characters, in keys too', () => {
  expect(stableJson({ 'a\uD800': 'b\uDC00c 🚀' })).toBe('{"a\uFFFD":"b\uFFFDc 🚀"}')
})

it('gives back all that JSON can hold, whatever the order of the keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain = JSON.parse(JSON.stringify(value))
      expect(parsed(plain)).toEqual(plain)
      expect(stableJson(reversed(plain))).toBe(stableJson(plain))
    }),
  )
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const pairs = Object.entries(value).map(([key, item]) => [key, reversed(item)] as const)
  return Object.fromEntries(pairs.reverse())
}
