import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stableJson } from './stable-json.ts'

const parsed = (value: unknown) => JSON.parse(stableJson(value))

it('sorts keys at every level, and puts the first ones first', () => {
  expect(stableJson({ b: { d: 1, c: 2 }, a: [{ z: 1, y: 2 }] })).toBe('{"a":[{"y":2,"z":1}],"b":{"c":2,"d":1}}')
  expect(stableJson({ b: 1, a: 2, c: 3 }, { first: ['c', 'absent'] })).toBe('{"c":3,"a":2,"b":1}')
  expect(stableJson({ b: { c: 1, a: 2 } }, { first: ['c'], indent: 1 })).toBe('{\n "b": {\n  "a": 2,\n  "c": 1\n }\n}')
})

it('follows the one rule of what a value becomes, and sorts what comes of it', () => {
  const map = new Map<unknown, unknown>([['z', { d: 1n, c: Number.NaN }]])
  expect(stableJson({ map, bytes: new Uint8Array([1, 2]) })).toBe('{"bytes":[1,2],"map":[["z",{"c":"NaN","d":"1"}]]}')
  expect(parsed([undefined, () => {}, Symbol('s')])).toEqual([null, null, null])
  expect(parsed(undefined)).toBeNull()
  expect(parsed(() => {})).toBeNull()
})

it('survives circles, depth and objects that throw, and still tells of them', () => {
  const circle: Record<string, unknown> = { name: 'a' }
  circle.self = circle
  expect(parsed(circle)).toEqual({ name: 'a', self: '[circular]' })
  let deep: unknown = 'bottom'
  for (let i = 0; i < 100_000; i++) deep = [deep]
  expect(stableJson(deep)).toContain('"[too deep]"')
  const hostile = {
    get fine() {
      throw new Error('no')
    },
  }
  expect(parsed([hostile])).toEqual(['[unreadable: no]'])
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
