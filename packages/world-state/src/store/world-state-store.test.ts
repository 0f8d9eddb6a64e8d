import { describe, expect, it } from 'vitest'
import { EventBus } from '../event-bus.ts'
import { aStore } from '../test-doubles.ts'

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

describe('select', () => {
  it('knows no other selectors than there are', () => {
    const store = aStore()
    expect(() => store.select('fleet', 'toString' as 'count')).toThrow(
      expect.objectContaining({ code: 'unknown_selector' }),
    )
    expect(() => store.select('nobody' as 'fleet', 'count')).toThrow("Slice 'nobody' has no selector 'count'")
  })
})
