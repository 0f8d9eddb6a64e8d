import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aStore, setShip } from '../test-doubles.ts'
import type { WorldSnapshot } from './snapshot.ts'

const anAction = fc.oneof(
  fc.tuple(
    fc.constant('ship:set' as const),
    fc.record({
      id: fc.oneof(fc.constantFrom('__proto__', 'constructor', '', '$records', '10', '9'), fc.string({ maxLength: 2 })),
      health: fc.integer(),
      tags: fc.array(fc.string({ maxLength: 3 }), { maxLength: 2 }),
    }),
  ),
  fc.tuple(fc.constant('ship:lost' as const), fc.record({ id: fc.string({ maxLength: 2 }) })),
  fc.tuple(fc.constant('fleet:note' as const), fc.record({ note: fc.anything() })),
  fc.tuple(fc.constant('fleet:note' as const), fc.record({ note: fc.jsonValue() })),
  fc.tuple(
    fc.constant('fleet:note' as const),
    fc.record({
      note: fc.dictionary(fc.constantFrom('$records', '$', '$$records', '__proto__', 'toJSON'), fc.jsonValue()),
    }),
  ),
)

const shipsOf = ({ slices }: WorldSnapshot) =>
  (slices.fleet as unknown as { state: { ships: { $records: [string, { tags: string[] }][] } } }).state.ships.$records

describe('snapshots', () => {
  it('survive any play: a loaded one is equal, an earlier one unchanged, a text one exact', () => {
    fc.assert(
      fc.property(fc.array(anAction, { maxLength: 60 }), (actions) => {
        const store = aStore()
        const earlier: { snapshot: unknown; text: string }[] = []
        for (const [type, payload] of actions) {
          store.dispatch(type, payload as never)
          const snapshot = store.snapshot()
          earlier.push({ snapshot, text: JSON.stringify(snapshot) })
        }
        for (const { snapshot, text } of earlier) {
          expect(JSON.stringify(snapshot)).toBe(text)
          expect(JSON.parse(text)).toStrictEqual(snapshot)
        }
        const snapshot = store.snapshot()
        for (const given of [snapshot, JSON.parse(JSON.stringify(snapshot))]) {
          const other = aStore()
          expect(other.hydrate(given)).toEqual({ ok: true })
          expect(other.snapshot()).toStrictEqual(snapshot)
          expect(JSON.stringify(other.snapshot())).toBe(JSON.stringify(snapshot))
          expect([...other.getState().fleet.ships]).toEqual([...store.getState().fleet.ships])
          expect(other.getState().fleet.note ?? null).toStrictEqual(store.getState().fleet.note ?? null)
          expect(other.inspect()).toEqual(store.inspect())
        }
      }),
      { numRuns: 60 },
    )
  }, 20_000)

  it('can not be changed, and do not alias what they are loaded from', () => {
    const store = aStore()
    store.dispatch(...setShip('red-1'))
    const snapshot = JSON.parse(JSON.stringify(store.snapshot()))
    const other = aStore()
    other.hydrate(snapshot)
    snapshot.slices.fleet.state.ships.$records[0][1].health = 0
    expect(other.select('fleet', 'ship', 'red-1')?.health).toBe(30)
    const own = store.snapshot()
    expect(() => shipsOf(own)[0]?.[1].tags.push('x')).toThrow(TypeError)
    expect(() => Object.assign(own.slices, { x: 1 })).toThrow(TypeError)
  })

  it('share what did not change since the last one', () => {
    const store = aStore()
    store.dispatch(...setShip('red-1'))
    store.dispatch(...setShip('red-2'))
    const recordOf = (at: number) => shipsOf(store.snapshot())[at]?.[1]
    const [first, second] = [recordOf(0), recordOf(1)]
    store.dispatch(...setShip('red-2', 5))
    expect(recordOf(0)).toBe(first)
    expect(recordOf(1)).not.toBe(second)
  })
})
