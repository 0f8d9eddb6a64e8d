import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecordMap } from './record-map.ts'

/** Pairs of one FNV-1a hash, keys that objects treat in their own way, and any text. */
const aKey = fc.oneof(
  fc.constantFrom(
    'costarring',
    'liquid',
    'declinate',
    'macallums',
    '__proto__',
    'constructor',
    '',
    '10',
    '9',
    '\ud800',
  ),
  fc.string({ maxLength: 3 }),
  fc.integer({ min: 0, max: 200 }).map((number) => `ship-${number}`),
)

const aStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('set' as const), key: aKey, value: fc.integer() }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('delete' as const), key: aKey }) },
)

describe('a record map', () => {
  it('does what a Map does, in the same order, and its earlier versions never change', () => {
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 400 }), (steps) => {
        const model = new Map<string, number>()
        let map = RecordMap.empty<number>()
        const earlier: { map: RecordMap<number>; entries: readonly (readonly [string, number])[] }[] = []
        for (const [at, step] of steps.entries()) {
          if (step.does === 'set') {
            model.set(step.key, step.value)
            map = map.set(step.key, step.value)
          } else {
            model.delete(step.key)
            map = map.delete(step.key)
          }
          expect(map.size).toBe(model.size)
          expect(map.get(step.key)).toBe(model.get(step.key))
          expect(map.has(step.key)).toBe(model.has(step.key))
          if (at % 50 === 0) earlier.push({ map, entries: [...model] })
        }
        expect([...map]).toEqual([...model])
        expect(map.keys()).toEqual([...model.keys()])
        expect(map.values()).toEqual([...model.values()])
        for (const version of earlier) expect([...version.map]).toEqual(version.entries)
      }),
      { numRuns: 100 },
    )
  }, 20_000)

  it('holds ten thousand records, and all but one of their two versions are the same objects', () => {
    const keys = Array.from({ length: 10_000 }, (_, at) => `faction-${at}`)
    const map = RecordMap.from(keys.map((key) => [key, { key, fame: 0 }]))
    const next = map.set('faction-4711', { key: 'faction-4711', fame: 1 })
    expect(next.keys()).toEqual(keys)
    const others = map.values().filter((record, at) => record !== next.values()[at])
    expect(others).toEqual([{ key: 'faction-4711', fame: 0 }])
  })

  it('is the same map where nothing changes', () => {
    const map = RecordMap.from([['a', 1]])
    expect(map.set('a', 1)).toBe(map)
    expect(map.delete('b')).toBe(map)
    expect(map.delete('a')).toBe(RecordMap.empty())
  })

  it('freezes what it keeps, since versions share it', () => {
    const record = { health: { now: 30 } }
    const map = RecordMap.empty<typeof record>().set('red-1', record)
    expect(() => {
      record.health.now = 0
    }).toThrow(TypeError)
    expect(Object.isFrozen(map)).toBe(true)
  })
})
