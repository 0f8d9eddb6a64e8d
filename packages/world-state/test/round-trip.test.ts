/** What a state may hold: it comes back exactly from a save, or is refused where it came in, with its path. */
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createMemoryStorage,
  defineSlice,
  RecordMap,
  SaveManager,
  WorldStateError,
  type WorldStateFault,
  WorldStateStore,
} from '../src/index.ts'

const game = { name: 'Round trip', version: '1', seed: null, missionId: null }

/** A world whose state is whatever it is given. */
function aWorld(initial: unknown = null) {
  let next: unknown
  const slice = defineSlice({
    name: 'held',
    version: 1,
    initial: { value: initial },
    on: { hold: () => ({ value: next }), 'hold:record': () => ({ value: RecordMap.from([['key', next]]) }) },
  })
  const faults: WorldStateFault[] = []
  const create = () =>
    new WorldStateStore({ slices: [slice], onError: (fault) => faults.push(fault), clock: () => 1000 })
  const store = create()
  const storage = createMemoryStorage()
  return {
    store,
    faults,
    hold(value: unknown, event: 'hold' | 'hold:record' = 'hold') {
      next = value
      store.dispatch(event, {})
      return store.getState().held.value
    },
    /** The value as another store has it that loads what this one saved. */
    async saved() {
      const other = create()
      expect(await new SaveManager({ store, storage, game }).save()).toMatchObject({ ok: true })
      expect(await new SaveManager({ store: other, storage, game }).load()).toMatchObject({ ok: true })
      return other.getState().held.value
    },
  }
}

describe('what is kept exactly', () => {
  const kept: [name: string, value: unknown][] = [
    ['undefined', undefined],
    ['undefined in an object', { target: undefined, list: [undefined] }],
    ['a bigint', { id: 76561197960287930n, below: -1n }],
    ['NaN', { speed: Number.NaN }],
    ['infinities', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['−0', { x: -0 }],
    ['`__proto__` as a key', JSON.parse('{"__proto__":{"x":1},"constructor":2}')],
    ['keys that begin with $', { $records: 1, $number: 'NaN', $$: [], $undefined: true, $: { $bigint: '1' } }],
    ['half a character', ['\ud800', { '\udfff': 1 }]],
    ['an empty list and object', [[], {}]],
    ['records within records', RecordMap.from([['a', RecordMap.from([['b', undefined]])]])],
  ]

  it.each(kept)('%s', async (_name, value) => {
    const world = aWorld()
    expect(world.hold(value)).toBe(value)
    expect(world.faults).toEqual([])
    const back = await world.saved()
    expect(back instanceof RecordMap ? [...back] : back).toStrictEqual(value instanceof RecordMap ? [...value] : value)
  })
})

it('what another frame made is kept, too: lists and plain objects are what they are there', async () => {
  const world = aWorld()
  const value = runInNewContext('({ list: [1, {}], records: { __proto__: { }.__proto__ } })')
  expect(world.hold(value)).toBe(value)
  expect(world.faults).toEqual([])
  expect(await world.saved()).toStrictEqual({ list: [1, {}], records: {} })
})

describe('what is refused, with its path', () => {
  class Ship {
    readonly health = 30
  }
  const circle: { self?: object } = {}
  circle.self = { list: [circle] }
  const sparse = [1, 2, 3]
  delete sparse[1]
  const nested = (value: unknown) => ({ ships: [{ health: 1 }, { health: value }] })

  const refused: [name: string, value: unknown, message: string][] = [
    ['a Set', nested(new Set([1])), '.ships[1].health` to be data that can be kept, got a Set'],
    ['a Map', nested(new Map([[1, 2]])), '.ships[1].health` to be data that can be kept, got a Map'],
    ['a Date', nested(new Date(0)), 'got a Date'],
    ['a function', nested(() => {}), '.ships[1].health` to be data that can be kept, got a function'],
    ['a symbol', nested(Symbol('x')), 'got a symbol'],
    ['an instance of a class', nested(new Ship()), 'got a Ship'],
    ['a promise', Promise.resolve(1), 'got a Promise'],
    ['an error', nested(new Error('x')), 'got a Error'],
    ['a typed array', nested(new Uint8Array(2)), 'got a Uint8Array'],
    ['an empty typed array', nested(new Float64Array(0)), 'got a Float64Array'],
    ['a number as an object', nested(Object(5)), 'got a Number'],
    ['an object without a prototype', nested(Object.create(null)), 'got an object that is not plain'],
    ['an instance of another frame’s class', runInNewContext('new (class Ship {})()'), 'got a Ship'],
    ['a Map of another frame', runInNewContext('new Map()'), 'got a Map'],
    ['a list of another frame’s kind', runInNewContext('new (class Crew extends Array {})()'), 'got a Crew'],
    ['a circle', circle, 'levels, or a circle'],
    ['a sparse list', nested(sparse), 'got a list with holes or with fields'],
    ['a list with a hole at its end', nested(new Array(3)), 'got a list with holes or with fields'],
    ['a list with fields', nested(Object.assign([1], { index: 0 })), 'got a list with holes or with fields'],
    [
      'a sparse list with a field',
      nested(Object.assign(sparse.slice(), { index: 0 })),
      'got a list with holes or with fields',
    ],
    ['a list of another kind', nested(new (class Crew extends Array {})()), 'got a Crew'],
    ['a field with a symbol', nested({ [Symbol('x')]: 1 }), 'got fields that are hidden or have a symbol'],
    ['a hidden field', nested(Object.defineProperty({}, 'x', { value: 1 })), 'got fields that are hidden'],
    ['a getter', nested({ get now() { return 1 } }), 'got a getter'], // biome-ignore format: one line
    [
      'what is frozen on the outside',
      Object.freeze({ at: new Date(0) }),
      '.at` to be data that can be kept, got a Date',
    ],
  ]

  it.each(refused)('%s', async (_name, value, message) => {
    expect(() => aWorld(value)).toThrow(expect.objectContaining({ code: 'bad_state' }))
    expect(() => aWorld(value)).toThrow(message)
    for (const event of ['hold', 'hold:record'] as const) {
      const world = aWorld('before')
      expect(world.hold(value, event)).toBe('before')
      expect(world.faults).toMatchObject([{ code: 'reducer_failed', type: event, error: { code: 'bad_state' } }])
      expect(String(world.faults[0]?.error)).toContain(message)
      expect(await world.saved()).toBe('before')
    }
  })

  it('also where a slice did not come from `defineSlice`, or has no initial state', () => {
    const slice = { ...defineSlice({ name: 'x', version: 1, initial: {}, on: {} }), initial: { when: new Date(0) } }
    expect(() => new WorldStateStore({ slices: [slice] })).toThrow(
      '`initial.when` to be data that can be kept, got a Date',
    )
    expect(() => defineSlice({ name: 'x', version: 1, initial: undefined, on: {} })).toThrow(
      "Expected slice 'x' to have",
    )
  })

  it('also where a migration or `revive` makes it', () => {
    const slice = defineSlice({
      name: 'x',
      version: 2,
      initial: { when: null as unknown },
      on: {},
      migrations: { 1: () => ({ when: new Date(0) }) },
    })
    const store = new WorldStateStore({ slices: [slice] })
    expect(store.hydrate({ formatVersion: 1, slices: { x: { version: 1, state: {} } } })).toMatchObject({
      reason: 'bad_shape',
      slice: 'x',
      cause: expect.any(WorldStateError),
      message: expect.stringContaining('`state.when` to be data that can be kept, got a Date'),
    })
  })

  it('a state that grows deeper with every event, before a save could not be read', async () => {
    const slice = defineSlice({ name: 'nest', version: 1, initial: {} as object, on: { wrap: (state) => ({ state }) } })
    const faults: unknown[] = []
    const create = () => new WorldStateStore({ slices: [slice], onError: (fault) => faults.push(fault) })
    const store = create()
    for (let at = 0; at < 10_000; at++) store.dispatch('wrap', {})
    expect(store.revision).toBe(199)
    expect(faults).toContainEqual(expect.objectContaining({ error: expect.objectContaining({ code: 'bad_state' }) }))
    expect(create().hydrate(JSON.parse(JSON.stringify(store.snapshot())))).toEqual({ ok: true })
  })
})

it('whatever a reducer returns, a save gives it back exactly or it was refused', async () => {
  const anything = fc.anything({
    maxDepth: 3,
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  })
  await fc.assert(
    fc.asyncProperty(anything, async (value) => {
      const world = aWorld()
      const held = world.hold(value)
      const back = await world.saved()
      expect(back).toStrictEqual(held)
      expect(Object.is(held, value)).toBe(world.faults.length === 0)
    }),
    { numRuns: 300 },
  )
})

describe('snapshots', () => {
  const store = () => aWorld().store
  it('of the first format are taken, of a later one refused', () => {
    const slices = { held: { version: 1, state: { value: { $$records: 1 } } } }
    expect(store().hydrate({ formatVersion: 1, slices })).toEqual({ ok: true })
    expect(store().hydrate({ formatVersion: 3, slices })).toMatchObject({ reason: 'newer_format' })
  })

  it.each([{ $date: 0 }, { $number: 'many' }, { $bigint: 5 }, { $bigint: 'x' }, { $records: {} }])(
    'with a mark that is not known are refused: %o',
    (value) => {
      const slices = { held: { version: 1, state: { value } } }
      expect(store().hydrate({ formatVersion: 2, slices })).toMatchObject({ reason: 'bad_shape', slice: 'held' })
    },
  )
})
