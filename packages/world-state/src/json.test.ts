import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyJson } from './json.ts'

describe('a copy as JSON', () => {
  it('is what a round trip through text makes of a value', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
    const values = [fc.boolean(), fc.integer(), finite, fc.string(), fc.constantFrom(null, undefined)]
    fc.assert(
      fc.property(fc.object({ maxDepth: 4, values, withDate: true, withSparseArray: true }), (value) => {
        const copy = copyJson(value)
        expect(copy).toEqual(JSON.parse(JSON.stringify(value)))
        expect(JSON.parse(JSON.stringify(copy))).toStrictEqual(copy)
      }),
    )
  })

  it('shares nothing with the value, and never changes', () => {
    const value = { ships: [{ id: 'red-1' }] }
    const copy = copyJson(value)
    value.ships.push({ id: 'red-2' })
    expect(copy).toEqual({ ships: [{ id: 'red-1' }] })
    expect(() => (copy as typeof value).ships.push({ id: 'x' })).toThrow(TypeError)
  })

  it('takes any key as data', () => {
    const text = '{"__proto__":{"polluted":true},"constructor":1,"":2}'
    const copy = copyJson(JSON.parse(text))
    expect(JSON.stringify(copy)).toBe(text)
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('follows the one rule of what a value becomes, with text for what JSON can not say', () => {
    const cycle: Record<string, unknown> = { big: 10n, speed: Number.NaN, crew: new Map([['red', new Set([1])]]) }
    cycle.self = cycle
    expect(copyJson(cycle)).toStrictEqual({ big: '10', speed: 'NaN', crew: [['red', [1]]], self: '[circular]' })
  })

  it('leaves out what JSON leaves out', () => {
    expect(copyJson([-0, undefined, () => {}])).toStrictEqual([0, null, null])
    expect(copyJson({ a: undefined, b: Symbol('b'), c: new Date(0) })).toStrictEqual({ c: '1970-01-01T00:00:00.000Z' })
    expect(copyJson(undefined)).toBe(null)
  })
})
