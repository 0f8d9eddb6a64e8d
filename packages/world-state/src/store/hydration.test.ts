import { describe, expect, it, vi } from 'vitest'
import { RecordMap } from '../records/record-map.ts'
import { defineSlice } from '../slice.ts'
import { createMissionSlice } from '../slices/mission.ts'
import { aStore, fleetSlice, scoreSlice, setShip } from '../test-doubles.ts'
import { WorldStateStore } from './world-state-store.ts'

const deep = (levels: number): unknown => {
  let value: unknown = 'bottom'
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

describe('hydrate', () => {
  it('keeps what is as deep as a payload may be', () => {
    const [store, other] = [aStore(), aStore()]
    store.dispatch('fleet:note', { note: deep(62) })
    expect(JSON.stringify(store.snapshot())).toContain('bottom')
    expect(other.hydrate(store.snapshot())).toEqual({ ok: true })
    expect(other.getState()).toEqual(store.getState())
  })

  it('shares nothing with what it was given', () => {
    const store = aStore()
    const { slices } = JSON.parse(`{"slices":{
      "fleet":{"version":1,"state":{"ships":{"red-1":{"health":30,"tags":["old"]}}}},
      "score":{"version":1,"state":{"points":3,"last":null}}}}`)
    store.hydrate({ formatVersion: 1, slices })
    slices.fleet.state.ships['red-1'].tags.push('changed')
    expect(store.getState().fleet.ships.get('red-1')?.tags).toEqual(['old'])
  })

  it('starts the history anew, and tells listeners', () => {
    const store = aStore()
    const snapshot = store.snapshot()
    store.dispatch(...setShip('red-1'))
    const heard = vi.fn()
    store.subscribe(heard)
    store.hydrate(snapshot)
    expect(store.history).toEqual([])
    expect(heard.mock.calls[0]?.[0]).toEqual({ type: null, slices: ['fleet', 'score'], revision: 2, timestamp: 1000 })
  })

  it('loads a snapshot of an older version of a slice', () => {
    const store = aStore()
    // As version 1 of the fleet wrote it.
    const fixture = `{"formatVersion":1,"slices":{
      "fleet":{"version":1,"state":{"ships":{"red-1":{"health":30,"tags":[]},"__proto__":{"health":1,"tags":[]}}}},
      "score":{"version":1,"state":{"points":3,"last":null}}}}`
    expect(store.hydrate(JSON.parse(fixture))).toEqual({ ok: true })
    expect(store.getState().fleet.ships.keys()).toEqual(['red-1', '__proto__'])
    expect(store.getState().score).toEqual({ points: 3, last: null })
  })

  const valid = () => JSON.parse(JSON.stringify(aStore().snapshot()))
  const refusals: [reason: string, slice: string | undefined, snapshot: () => unknown][] = [
    ['not_a_snapshot', undefined, () => null],
    ['not_a_snapshot', undefined, () => 'text'],
    ['not_a_snapshot', undefined, () => ({ ...valid(), formatVersion: '1' })],
    ['not_a_snapshot', undefined, () => ({ ...valid(), slices: [] })],
    [
      'not_a_snapshot',
      'score',
      () => ({ ...valid(), slices: { ...valid().slices, score: { version: 0, state: {} } } }),
    ],
    ['not_a_snapshot', 'score', () => ({ ...valid(), slices: { ...valid().slices, score: null } })],
    ['newer_format', undefined, () => ({ ...valid(), formatVersion: 3 })],
    ['missing_slice', 'score', () => ({ ...valid(), slices: { fleet: valid().slices.fleet } })],
    ['unknown_slice', 'cargo', () => ({ ...valid(), slices: { ...valid().slices, cargo: { version: 1, state: {} } } })],
    ['newer_version', 'fleet', () => ({ ...valid(), slices: { ...valid().slices, fleet: { version: 3, state: {} } } })],
    [
      'migration_failed',
      'fleet',
      () => ({ ...valid(), slices: { ...valid().slices, fleet: { version: 1, state: null } } }),
    ],
    ...[
      null,
      5,
      [],
      { last: null },
      { points: 'many', last: null },
      { points: Number.NaN, last: null },
      { points: 1, last: undefined },
      deep(100_000),
      { points: { $records: 5 }, last: null },
      { points: { $records: [['key']] }, last: null },
    ].map((state): [string, string, () => unknown] => [
      'bad_shape',
      'score',
      () => ({ ...valid(), slices: { ...valid().slices, score: { version: 1, state } } }),
    ]),
    [
      'bad_shape',
      'fleet',
      () => ({
        ...valid(),
        slices: { ...valid().slices, fleet: { version: 2, state: { ships: {}, lost: 0, note: 1 } } },
      }),
    ],
  ]

  it.each(refusals)('refuses %s (slice %s), and changes nothing', (reason, slice, snapshot) => {
    const store = aStore()
    store.dispatch(...setShip('red-1'))
    const before = { state: store.getState(), history: store.history, revision: store.revision }
    const heard = vi.fn()
    store.subscribe(heard)
    const result = store.hydrate(snapshot())
    expect(result).toMatchObject({ ok: false, reason, message: expect.any(String), ...(slice && { slice }) })
    expect({ state: store.getState(), history: store.history, revision: store.revision }).toEqual(before)
    expect(store.getState()).toBe(before.state)
    expect(heard).not.toHaveBeenCalled()
  })

  describe('a snapshot from before a slice was there', () => {
    const cargo = defineSlice({
      name: 'cargo',
      version: 4,
      initial: { crates: RecordMap.empty<number>() },
      on: { 'crate:loaded': (state, { id }: { id: string }) => ({ crates: state.crates.set(id, 1) }) },
      whenMissing: 'initial',
    })
    const older = () => {
      const store = aStore()
      store.dispatch('ship:lost', { id: 'red-1' })
      return JSON.parse(JSON.stringify(store.snapshot()))
    }

    it('begins it with its initial state, and keeps the rest', () => {
      const store = new WorldStateStore({ slices: [fleetSlice, scoreSlice, cargo] })
      store.dispatch('crate:loaded', { id: 'c-1' })
      expect(store.hydrate(older())).toEqual({ ok: true })
      expect(store.getState().cargo).toBe(cargo.initial)
      expect(store.getState().score).toEqual({ points: 1, last: 'red-1' })
      expect(store.hydrate(store.snapshot())).toEqual({ ok: true })
    })

    it('is refused where one slice of several does not allow it', () => {
      const { score, ...slices } = older().slices
      const store = new WorldStateStore({ slices: [cargo, fleetSlice, scoreSlice] })
      store.dispatch('crate:loaded', { id: 'c-1' })
      expect(score).toBeDefined()
      expect(store.hydrate({ formatVersion: 1, slices })).toMatchObject({ reason: 'missing_slice', slice: 'score' })
      expect(store.getState().cargo.crates.size).toBe(1)
    })

    it('does not excuse a slice that is there and broken', () => {
      const store = new WorldStateStore({ slices: [cargo] })
      for (const broken of [undefined, null, {}, { version: 4, state: {} }]) {
        expect(store.hydrate({ formatVersion: 1, slices: { cargo: broken } })).toMatchObject({ ok: false })
      }
    })

    it('may be said of a slice of this package, too', () => {
      const store = new WorldStateStore({
        slices: [fleetSlice, scoreSlice, { ...createMissionSlice(), whenMissing: 'initial' }],
      })
      expect(store.hydrate(older())).toEqual({ ok: true })
      expect(store.getState().mission.missions.size).toBe(0)
    })
  })

  it('refuses what a slice’s own judgement throws at, and an older version without a migration', () => {
    const slice = { ...scoreSlice, version: 3, migrations: { 2: (state: unknown) => state } }
    const old = (version: number) => ({
      formatVersion: 1,
      slices: { score: { version, state: { points: 1, last: null } } },
    })
    expect(new WorldStateStore({ slices: [slice] }).hydrate(old(1))).toMatchObject({
      reason: 'no_migration',
      slice: 'score',
    })
    expect(new WorldStateStore({ slices: [slice] }).hydrate(old(2))).toEqual({ ok: true })
    const strict = {
      ...scoreSlice,
      revive: (): never => {
        throw 'no reason'
      },
    }
    const result = new WorldStateStore({ slices: [strict] }).hydrate(old(1))
    expect(result).toMatchObject({ reason: 'bad_shape', message: "Slice 'score' no reason", cause: 'no reason' })
    const silent = { ...scoreSlice, revive: () => undefined }
    expect(new WorldStateStore({ slices: [silent] }).hydrate(old(1))).toMatchObject({ reason: 'bad_shape' })
  })

  it('is not for reducers', () => {
    const results: unknown[] = []
    const slice = defineSlice({
      name: 'loader',
      version: 1,
      initial: { count: 0 },
      on: {
        load: (state) => {
          results.push(store.hydrate(store.snapshot()))
          store.dispatch('add', {})
          return state
        },
        add: (state) => ({ count: state.count + 1 }),
      },
    })
    const store: {
      hydrate(s: unknown): unknown
      snapshot(): unknown
      dispatch(type: string, payload: unknown): void
      getState(): unknown
    } = new WorldStateStore({ slices: [slice] }) as never
    store.dispatch('load', {})
    expect(results).toMatchObject([{ ok: false, reason: 'busy' }])
    expect(store.getState()).toEqual({ loader: { count: 1 } })
  })

  it('takes without a `revive` records of any kind, and null only where the slice begins with it', () => {
    const slice = defineSlice({
      name: 'kinds',
      version: 1,
      initial: {
        records: RecordMap.empty<number>(),
        list: [] as number[],
        deep: { text: '', maybe: null as number | null, never: undefined as number | undefined },
      },
      on: {},
    })
    const store = new WorldStateStore({ slices: [slice] })
    const hydrate = (state: unknown) => store.hydrate({ formatVersion: 2, slices: { kinds: { version: 1, state } } })
    const load = (state: unknown) => hydrate(state).ok
    expect(load({ records: { $records: [['a', 1]] }, list: [1], deep: { text: 'x', maybe: 5 } })).toBe(true)
    expect(load({ records: { $records: [] }, list: {}, deep: { text: 'x', maybe: 5 } })).toBe(false)
    expect(load({ records: { $records: [] }, list: [], deep: { text: 5, maybe: 5 } })).toBe(false)
    expect(load({ records: { $records: [] }, list: [], deep: { text: 'x' } })).toBe(true)
    expect(load({ records: { $records: [] }, list: [], deep: {} })).toBe(false)
    const records = { $records: [] }
    const deep = { text: 'x', maybe: null, never: { $undefined: true } }
    expect(load({ records, list: [], deep })).toBe(true)
    for (const nothing of [null, { $undefined: true }]) {
      expect(load({ records: nothing, list: [], deep })).toBe(false)
      expect(load({ records, list: nothing, deep })).toBe(false)
      expect(load({ records, list: [], deep: nothing })).toBe(false)
      expect(load({ records, list: [], deep: { ...deep, text: nothing } })).toBe(false)
    }
    expect(hydrate({ records: null, list: [], deep })).toMatchObject({
      reason: 'bad_shape',
      message: expect.stringContaining('Expected `state.records` to be RecordMap, got null'),
    })
  })
})
