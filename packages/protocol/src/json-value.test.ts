import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeJson, wellFormedJson } from './encode.ts'
import { jsonValue, wellFormed } from './json-value.ts'

/** As an export has it: whatever can be said is said. */
const exported = (value: unknown, maxDepth?: number): unknown =>
  JSON.parse(wellFormedJson(JSON.stringify(jsonValue(value, maxDepth)) ?? 'null'))

/** As an event has it. */
const sent = (value: unknown): unknown => JSON.parse(encodeJson(value) ?? 'null')

class Colour {
  readonly red = 5
  toJSON(): string {
    return `#${this.red}`
  }
}

describe('what JSON would empty or refuse', () => {
  it.each<[string, unknown, unknown]>([
    ['a Map', new Map<unknown, unknown>([['a', new Set([1])]]), [['a', [1]]]],
    ['a Set', new Set(['a', Number.NaN]), ['a', 'NaN']],
    ['a typed array', new Float32Array([1, Infinity]), [1, 'Infinity']],
    ['a bigint array', new BigInt64Array([-1n]), ['-1']],
    ['NaN', Number.NaN, 'NaN'],
    ['-Infinity', -Infinity, '-Infinity'],
    ['a bigint', 76561197960287930n, '76561197960287930'],
    ['a symbol and a function in a list', [() => {}, Symbol('s'), undefined], [null, null, null]],
    ['a function in an object', { a: 1, run: () => {} }, { a: 1 }],
    ['a Date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a Date that is none', new Date(Number.NaN), null],
    ['a URL', new URL('https://a.example/b'), 'https://a.example/b'],
    ['a toJSON', { colour: new Colour() }, { colour: '#5' }],
    ['a toJSON whose answer has to change', { toJSON: () => new Map([[1n, Number.NaN]]) }, [['1', 'NaN']]],
    ['a proxy', new Proxy({ a: Number.NaN }, {}), { a: 'NaN' }],
    ['half a character', { 'a\uD800': 'b\uDC00c 🚀 \\ud800 "' }, { 'a\uFFFD': 'b\uFFFDc 🚀 \\ud800 "' }],
    ['an invalid place', [{ toJSON: 1 }, Object.create(null)], [{ toJSON: 1 }, {}]],
  ])('%s', (_, value, json) => {
    for (const read of [sent, exported]) {
      expect(read({ value })).toEqual({ value: json })
      expect(read([value])).toEqual([json])
    }
  })

  it('an Error, with its cause and what it carries', () => {
    const error = Object.assign(new TypeError('no ship', { cause: new AggregateError([new Error('a')]) }), { ship: 1n })
    for (const read of [sent, exported]) {
      expect(read(error)).toMatchObject({
        name: 'TypeError',
        message: 'no ship',
        stack: expect.stringContaining('json-value.test'),
        ship: '1',
        cause: { name: 'AggregateError', errors: [{ message: 'a' }] },
      })
    }
  })
})

it('asks a toJSON that answers with itself only once', () => {
  const self = {
    n: Number.NaN,
    toJSON() {
      return this
    },
  }
  expect(exported(self)).toEqual({ n: 'NaN' })
})

it('is the value itself where nothing changes, and changes nothing in place', () => {
  const plain = { a: [1, 'b', null, { c: true }], d: undefined, e: () => {} }
  expect(jsonValue(plain)).toBe(plain)
  const mixed = { kept: { a: 1 }, list: [1, Number.NaN] }
  const json = jsonValue(mixed) as typeof mixed
  expect(json).toEqual({ kept: { a: 1 }, list: [1, 'NaN'] })
  expect(json.kept).toBe(mixed.kept)
  expect(mixed.list[1]).toBeNaN()
})

it('names in an export what is circular, too deep or throws, and keeps the rest', () => {
  const circle: Record<string, unknown> = { name: 'a', list: [] }
  circle.self = circle
  circle.map = new Map([['self', circle]])
  expect(exported(circle)).toEqual({ name: 'a', list: [], self: '[circular]', map: [['self', '[circular]']] })
  const shared = { a: 1 }
  expect(exported([shared, shared])).toEqual([shared, shared])
  expect(exported([[[1]]], 2)).toEqual([['[too deep]']])
  let deep: unknown = 'bottom'
  for (let i = 0; i < 100_000; i++) deep = [deep]
  expect(JSON.stringify(exported(deep))).toContain('"[too deep]"')
  const hostile = {
    get fine() {
      throw new Error('no')
    },
  }
  const thrower = {
    toJSON() {
      throw Symbol('s')
    },
  }
  expect(exported({ hostile, thrower, a: 1 })).toEqual({
    hostile: '[unreadable: no]',
    thrower: '[unreadable: Symbol(s)]',
    a: 1,
  })
})

it('has no words for an event that is circular or throws: it is dropped, and counted', () => {
  const circle: Record<string, unknown> = {}
  circle.self = circle
  expect(() => encodeJson(circle)).toThrow()
  // Sets are lists by then, which no longer know each other.
  const parts: Set<unknown>[] = Array.from({ length: 30 }, () => new Set())
  for (const part of parts) for (const other of parts) part.add(other)
  expect(() => encodeJson(parts)).toThrow()
  expect(() => encodeJson({ toJSON: () => JSON.parse('') })).toThrow()
})

it('takes __proto__ as a key like any other', () => {
  const hostile = Object.defineProperty({}, '__proto__', { value: { polluted: Number.NaN }, enumerable: true })
  expect(encodeJson(hostile)).toBe('{"__proto__":{"polluted":"NaN"}}')
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

it('leaves out what JSON leaves out', () => {
  expect([undefined, () => {}, Symbol('s')].map((value) => encodeJson(value))).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

it('knows plain data of another realm', () => {
  expect(exported(runInNewContext('({ a: [1, NaN] })'))).toEqual({ a: [1, 'NaN'] })
})

it('is JSON.stringify for all that JSON can hold', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(encodeJson(value)).toBe(JSON.stringify(value))
      expect(JSON.stringify(jsonValue(value))).toBe(JSON.stringify(value))
    }),
  )
})

it('never throws, and never writes half a character', () => {
  const options = { withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true } as const
  fc.assert(
    fc.property(fc.anything({ ...options, withNullPrototype: true, key: fc.string({ unit: 'binary' }) }), (value) => {
      const json = JSON.stringify(exported(value))
      expect(wellFormed(json)).toBe(json)
    }),
  )
})
