import { describe, expect, it, vi } from 'vitest'
import { EventBus } from '../event-bus.ts'
import { defineSlice } from '../slice.ts'
import { aStore, fleetSlice, scoreSlice, setShip } from '../test-doubles.ts'
import { WorldStateStore } from './world-state-store.ts'

describe('dispatch', () => {
  it('lets every slice react that knows the event, and no other', () => {
    const store = aStore()
    store.dispatch(...setShip('red-1'))
    const before = store.getState()
    store.dispatch('ship:lost', { id: 'red-1' })
    expect(store.select('fleet', 'count')).toBe(0)
    expect(store.select('score', 'points')).toBe(1)
    expect(before.fleet.ships.get('red-1')).toEqual({ health: 30, tags: [] })
    expect(before.score.points).toBe(0)
  })

  it('passes over events that no slice knows, whatever they are called', () => {
    const store = aStore()
    const state = store.getState()
    for (const type of ['unknown', 'constructor', '__proto__', '']) store.dispatch(type as 'ship:lost', { id: 'x' })
    expect(store.getState()).toBe(state)
    expect(store.history).toEqual([])
  })

  it('keeps nothing of the payload that its owner could change', () => {
    const store = aStore()
    const tags = ['flagship']
    const payload = { id: 'red-1', health: 30, tags }
    store.dispatch('ship:set', payload)
    tags.push('scuttled')
    payload.health = 0
    expect(store.select('fleet', 'ship', 'red-1')).toEqual({ health: 30, tags: ['flagship'] })
    expect(store.history[0]?.payload).toEqual({ id: 'red-1', health: 30, tags: ['flagship'], timestamp: 1000 })
  })

  it('gives a payload the time that it lacks', () => {
    const seen: unknown[] = []
    const slice = defineSlice({
      name: 'log',
      version: 1,
      initial: {},
      on: {
        tick: (state, payload: { timestamp?: number }) => {
          seen.push(payload)
          return state
        },
      },
    })
    const store = new WorldStateStore({ slices: [slice], clock: () => 7 })
    store.dispatch('tick', {})
    store.dispatch('tick', { timestamp: 5 })
    store.dispatch('tick', undefined as never)
    store.dispatch('tick', 'text' as never)
    expect(seen).toEqual([{ timestamp: 7 }, { timestamp: 5 }, { timestamp: 7 }, 'text'])
    expect(store.history.map(({ timestamp }) => timestamp)).toEqual([7, 5, 7, 7])
  })

  it('changes nothing where a reducer throws or returns nothing, and says so', () => {
    const eventBus = new EventBus()
    const faults: unknown[] = []
    eventBus.on('worldstate:error', (fault) => faults.push(fault))
    const store = aStore({ eventBus })
    const state = store.getState()
    store.dispatch('fleet:boom', {})
    store.dispatch('fleet:nothing', {})
    expect(store.getState()).toBe(state)
    expect(store.history).toEqual([])
    expect(faults).toMatchObject([
      { code: 'reducer_failed', type: 'fleet:boom', error: { message: 'boom' } },
      {
        code: 'reducer_failed',
        type: 'fleet:nothing',
        error: { message: "A reducer of slice 'fleet' returned nothing" },
      },
    ])
  })

  it('says so where a payload can not be read', () => {
    const eventBus = new EventBus()
    const faults: unknown[] = []
    eventBus.on('worldstate:error', (fault) => faults.push(fault))
    const store = aStore({ eventBus })
    const payload = {
      get id(): string {
        throw new Error('unreadable')
      },
    }
    store.dispatch('ship:lost', payload)
    expect(faults).toMatchObject([{ code: 'reducer_failed', error: { message: 'unreadable' } }])
  })

  it('never half changes a world: where the second slice throws, the first stays as it was', () => {
    const bad = defineSlice({
      name: 'bad',
      version: 1,
      initial: {},
      on: {
        'ship:lost': (): object => {
          throw new Error('no')
        },
      },
    })
    const store = new WorldStateStore({ slices: [scoreSlice, bad] })
    store.dispatch('ship:lost', { id: 'red-1' })
    expect(store.select('score', 'points')).toBe(0)
  })

  it('forbids reducers to change the state that they are given', () => {
    const slice = defineSlice({
      name: 'list',
      version: 1,
      initial: { items: [] as number[] },
      on: {
        add: (state) => {
          state.items.push(1)
          return state
        },
      },
    })
    const eventBus = new EventBus()
    const faults = vi.fn()
    eventBus.on('worldstate:error', faults)
    new WorldStateStore({ slices: [slice], eventBus }).dispatch('add', {})
    expect(faults).toHaveBeenCalledOnce()
  })
})

describe('telling', () => {
  it('tells subscribers and the bus what changed, and nobody where nothing did', () => {
    const eventBus = new EventBus()
    const store = aStore({ eventBus })
    const heard: unknown[] = []
    eventBus.on('worldstate:*', (payload, name) => heard.push([name, payload]))
    const off = store.subscribe((update) => heard.push(update))
    store.dispatch('ship:lost', { id: 'red-1' })
    store.dispatch('fleet:idle', {})
    const update = { type: 'ship:lost', slices: ['fleet', 'score'], revision: 1, timestamp: 1000 }
    expect(heard).toEqual([update, ['worldstate:updated', update]])
    off()
    off()
    store.dispatch('score:reset', {})
    expect(heard).toHaveLength(3)
    expect(store.revision).toBe(2)
  })

  it('reports a listener that throws, and tells the others', () => {
    const eventBus = new EventBus()
    const store = aStore({ eventBus })
    const faults = vi.fn()
    const heard = vi.fn()
    eventBus.on('worldstate:error', faults)
    store.subscribe(() => {
      throw new Error('mine')
    })
    store.subscribe(heard)
    store.dispatch(...setShip('red-1'))
    expect(heard).toHaveBeenCalledOnce()
    expect(faults).toHaveBeenCalledWith(expect.objectContaining({ code: 'listener_failed' }), 'worldstate:error')
  })

  it('survives a bus that throws', () => {
    const emit = vi.fn(() => {
      throw new Error('mine')
    })
    const eventBus = { emit, on: () => () => {}, hasListeners: () => true }
    const store = new WorldStateStore({ slices: [fleetSlice], eventBus })
    store.dispatch(...setShip('red-1'))
    expect(store.select('fleet', 'count')).toBe(1)
    expect(emit).toHaveBeenCalledOnce()
  })

  it('queues what a listener dispatches, in order, so that all hear of every change in its turn', () => {
    const store = aStore()
    const heard: unknown[] = []
    store.subscribe(({ type, revision }) => {
      if (revision === 1) {
        const late = { id: 'red-2', health: 30 }
        store.dispatch('ship:set', late)
        late.id = 'changed'
        store.dispatch('ship:lost', { id: 'red-1' })
        expect(store.revision).toBe(1)
      }
      heard.push([type, store.select('fleet', 'count')])
    })
    store.subscribe(({ revision }) => heard.push(revision))
    store.dispatch(...setShip('red-1'))
    expect(heard).toEqual([['ship:set', 1], 1, ['ship:set', 2], 2, ['ship:lost', 1], 3])
    expect(store.getState().fleet.ships.keys()).toEqual(['red-2'])
  })

  it('stops listeners that dispatch without end, says so once, and works again afterwards', () => {
    const eventBus = new EventBus()
    const faults: unknown[] = []
    const store = aStore({ eventBus, nestedLimit: 20 })
    store.subscribe(() => {
      store.dispatch('ship:lost', { id: 'x' })
      store.dispatch('ship:lost', { id: 'y' })
    })
    eventBus.on('worldstate:error', (fault) => {
      faults.push(fault)
      store.dispatch('ship:lost', { id: 'z' })
    })
    store.dispatch('ship:lost', { id: 'w' })
    expect(store.revision).toBe(21)
    expect(faults).toEqual([{ code: 'too_many_nested', type: 'ship:lost', error: null }])
    store.dispatch('ship:lost', { id: 'w' })
    expect(store.revision).toBe(42)
  })

  it('ends where listeners hydrate without end', () => {
    const store = aStore({ nestedLimit: 20 })
    const snapshot = store.snapshot()
    const results: unknown[] = []
    store.subscribe(() => results.push(store.hydrate(snapshot)))
    store.dispatch('ship:lost', { id: 'w' })
    expect(results.filter((result) => (result as { ok: boolean }).ok)).toHaveLength(20)
    expect(results).toContainEqual(expect.objectContaining({ reason: 'busy' }))
  })

  it('makes nothing for nobody: no update where neither bus nor subscriber listens', () => {
    const eventBus = new EventBus()
    const emit = vi.spyOn(eventBus, 'emit')
    const store = aStore({ eventBus })
    store.dispatch(...setShip('red-1'))
    expect(emit).not.toHaveBeenCalled()
  })
})

describe('connect', () => {
  it('dispatches what the bus emits, once, until disconnected', () => {
    const eventBus = new EventBus()
    const store = aStore({ eventBus })
    const disconnect = store.connect()
    expect(store.connect()).toBe(disconnect)
    eventBus.emit('ship:set', { id: 'red-1', health: 30 })
    eventBus.emit('ship:lost', { id: 'red-1' })
    expect(store.select('score', 'points')).toBe(1)
    disconnect()
    disconnect()
    eventBus.emit('ship:lost', { id: 'red-1' })
    expect(store.select('score', 'points')).toBe(1)
    store.connect()
    eventBus.emit('ship:lost', { id: 'red-1' })
    expect(store.select('score', 'points')).toBe(2)
  })

  it('does nothing without a bus', () => {
    expect(() => aStore().connect()()).not.toThrow()
  })
})

describe('the history', () => {
  it('remembers the latest 50 actions, with what they changed', () => {
    const store = aStore()
    for (let at = 0; at < 60; at++) store.dispatch(...setShip(`red-${at}`))
    store.dispatch('fleet:idle', { note: JSON.parse('{"__proto__":1}') })
    expect(store.history).toHaveLength(50)
    expect(store.history[0]).toMatchObject({ type: 'ship:set', payload: { id: 'red-11' }, slices: ['fleet'] })
    expect(store.history.at(-1)).toMatchObject({ type: 'fleet:idle', slices: [] })
    expect(JSON.stringify(store.history.at(-1)?.payload)).toBe('{"note":{"__proto__":1},"timestamp":1000}')
  })

  it('has a limit of its own in each store', () => {
    const [small, large] = [aStore({ historyLimit: 2 }), aStore({ historyLimit: 4 })]
    for (const store of [small, large]) for (let at = 0; at < 5; at++) store.dispatch(...setShip(`red-${at}`))
    expect([small.history.length, large.history.length]).toEqual([2, 4])
  })
})

describe('the options', () => {
  it.each([
    [{ historyLimit: 0 }, 'Expected `historyLimit` to be a whole number from 1 up, got 0'],
    [{ nestedLimit: 1.5 }, 'Expected `nestedLimit` to be a whole number from 1 up, got 1.5'],
  ])('refuse %o', (options, message) => {
    expect(() => aStore(options)).toThrow(message)
  })

  it('refuse slices that get into each other’s way, or the store’s', () => {
    const made = (slice: object) => () =>
      new WorldStateStore({ slices: [scoreSlice, { ...scoreSlice, name: 'other', inspect: {}, ...slice }] })
    expect(made({ name: 'score' })).toThrow("Two slices claim the name 'score'")
    expect(made({ inspect: scoreSlice.inspect })).toThrow("Two slices claim the section 'score'")
    expect(made({ inspect: { game: () => 1 } })).toThrow("Two slices claim the section 'game', or it is taken")
    expect(made({ on: { 'worldstate:updated': () => ({}) } })).toThrow('which only the store emits')
    const table = { columns: [], rows: () => [] }
    expect(
      () =>
        new WorldStateStore({
          slices: [
            { ...scoreSlice, tables: { t: table } },
            { ...fleetSlice, tables: { t: table } },
          ],
        }),
    ).toThrow("Two slices claim the table 't'")
  })

  it('know no other selectors than there are', () => {
    const store = aStore()
    expect(() => store.select('fleet', 'toString' as 'count')).toThrow(
      expect.objectContaining({ code: 'unknown_selector' }),
    )
    expect(() => store.select('nobody' as 'fleet', 'count')).toThrow("Slice 'nobody' has no selector 'count'")
  })
})

describe('inspect and tables', () => {
  it('show what the slices say, in their order', () => {
    const store = aStore()
    store.dispatch(...setShip('red-1'))
    expect(store.inspect()).toEqual({ fleet: { ships: ['red-1'], lost: 0 }, score: { points: 0, last: null } })
    expect(store.tables()).toEqual([
      { section: 'ships', kind: 'table', columns: ['id', 'health'], rows: [['red-1', 30]] },
    ])
  })

  it('leave out what throws, name it, and show the rest', () => {
    const fail = (): never => {
      throw new Error('no')
    }
    const bad = { ...fleetSlice, inspect: { fleet: fail }, tables: { ships: { columns: ['id'], rows: fail } } }
    const store = new WorldStateStore({ slices: [bad, scoreSlice] })
    const faults: string[] = []
    expect(store.inspect(({ section }) => faults.push(section))).toEqual({
      fleet: null,
      score: { points: 0, last: null },
    })
    expect(store.tables(({ section }) => faults.push(section))).toEqual([])
    expect(faults).toEqual(['fleet', 'ships'])
    expect(store.inspect().fleet).toBe(null)
  })
})
