import { describe, expect, it, vi } from 'vitest'
import { EventBus } from '../event-bus.ts'
import { defineSlice } from '../slice.ts'
import { aStore, scoreSlice, setShip } from '../test-doubles.ts'
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

  it('keeps a time that is a Date, or the text of one', () => {
    const store = aStore()
    const at = new Date(5)
    for (const timestamp of [at, at.toISOString(), '1970-01-01T01:00:00.005+01:00']) {
      store.dispatch('fleet:idle', { timestamp })
    }
    for (const timestamp of [new Date(Number.NaN), 'yesterday', '5', {}]) store.dispatch('fleet:idle', { timestamp })
    expect(store.history.map(({ timestamp }) => timestamp)).toEqual([5, 5, 5, 1000, 1000, 1000, 1000])
    expect(store.history[0]?.payload).toEqual({ timestamp: 5 })
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
    expect(faults).toMatchObject([{ code: 'reducer_failed', error: { message: '[unreadable: unreadable]' } }])
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
