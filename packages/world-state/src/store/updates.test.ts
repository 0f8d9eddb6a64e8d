import { describe, expect, it, vi } from 'vitest'
import { EventBus } from '../event-bus.ts'
import { aStore, fleetSlice, setShip } from '../test-doubles.ts'
import { WorldStateStore } from './world-state-store.ts'

describe('updates', () => {
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
