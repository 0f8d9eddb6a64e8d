/** The store on buses that are not ours: those that games have, and those that misbehave. */
import { EventEmitter } from 'node:events'
import { EventEmitter as EventEmitter3 } from 'eventemitter3'
import mitt from 'mitt'
import { createNanoEvents } from 'nanoevents'
import { describe, expect, it, vi } from 'vitest'
import { EventBus } from '../src/event-bus.ts'
import { type WorldBus, WorldStateStore } from '../src/index.ts'
import { SaveManager } from '../src/save-manager.ts'
import { defineSlice } from '../src/slice.ts'
import type { WorldStateFault } from '../src/store/world-events.ts'

/** Its types are those of a CommonJS module, which it is not where it runs. */
const createMitt = mitt as unknown as typeof mitt.default

const score = defineSlice({
  name: 'score',
  version: 1,
  initial: { points: 0 },
  on: {
    'ship:lost': (state, { worth = 1 }: { worth?: number }) => ({ points: state.points + worth }),
    'score:broken': (): { points: number } => {
      throw new Error('broken')
    },
  },
  select: { points: ({ points }) => points },
})

function aStoreOn(eventBus: WorldBus) {
  const faults: WorldStateFault[] = []
  const store = new WorldStateStore({ slices: [score], eventBus, onError: (fault) => faults.push(fault) })
  return { store, faults, points: () => store.select('score', 'points') }
}

/** As a game of the seed has it: no `hasListeners`, an unsubscribe, listeners that throw are the game's affair. */
function aGamesOwnBus() {
  const listeners = new Map<string, Set<(payload: unknown) => void>>()
  return {
    on(event: string, listener: (payload: unknown) => void) {
      const those = listeners.get(event) ?? new Set()
      listeners.set(event, those.add(listener))
      return () => those.delete(listener)
    },
    emit(event: string, payload?: unknown) {
      for (const listener of listeners.get(event) ?? []) listener(payload)
    },
  }
}

const buses: [name: string, create: () => WorldBus][] = [
  ['EventBus', () => new EventBus()],
  ['mitt', () => createMitt()],
  ['mitt with its events', () => createMitt<{ 'ship:lost': { worth: number }; 'worldstate:updated': object }>()],
  ['EventEmitter of Node', () => new EventEmitter()],
  ['eventemitter3', () => new EventEmitter3()],
  ['nanoevents', () => createNanoEvents()],
  ['a game’s own', aGamesOwnBus],
]

describe.each(buses)('on %s', (_name, create) => {
  it('the store hears, tells, and stops hearing', () => {
    const eventBus = create()
    const { store, faults, points } = aStoreOn(eventBus)
    const updates: unknown[] = []
    const errors: unknown[] = []
    eventBus.on('worldstate:updated', (update) => updates.push(update))
    eventBus.on('worldstate:error', (fault) => errors.push(fault))
    const disconnect = store.connect()
    eventBus.emit('ship:lost', { worth: 2 })
    eventBus.emit('ship:lost', undefined)
    eventBus.emit('score:broken', {})
    store.dispatch('ship:lost', { worth: 4 })
    expect(points()).toBe(7)
    expect(updates).toMatchObject([{ revision: 1 }, { revision: 2 }, { revision: 3 }])
    expect(errors).toMatchObject([{ code: 'reducer_failed', type: 'score:broken' }])
    disconnect()
    eventBus.emit('ship:lost', { worth: 100 })
    expect(points()).toBe(7)
    store.connect()
    eventBus.emit('ship:lost', { worth: 1 })
    expect(points()).toBe(8)
    expect(faults).toEqual(errors)
  })

  it('two stores and a save manager share it', async () => {
    const eventBus = create()
    const [one, two] = [aStoreOn(eventBus), aStoreOn(eventBus)]
    one.store.connect()
    const disconnect = two.store.connect()
    eventBus.emit('ship:lost', { worth: 2 })
    disconnect()
    eventBus.emit('ship:lost', { worth: 3 })
    expect([one.points(), two.points()]).toEqual([5, 2])
    const game = { name: 'Shared', version: '1', seed: null, missionId: null }
    const completed = vi.fn()
    eventBus.on('telemetry:export_completed', completed)
    await new SaveManager({ store: one.store, eventBus, game }).exportInspectorSummary({ formats: ['json'] })
    expect(completed).toHaveBeenCalledOnce()
  })
})

describe('a bus that misbehaves stops nothing', () => {
  const boom = (): never => {
    throw new Error('bus down')
  }
  const on = () => () => {}

  it.each<[name: string, bus: WorldBus, methods: string[]]>([
    ['throws in emit', { on, emit: boom }, ['emit']],
    ['throws in hasListeners', { on, emit: () => {}, hasListeners: boom }, ['hasListeners']],
    ['throws in on', { on: boom, emit: () => {} }, ['on']],
    ['throws in off', { on: () => undefined, off: boom, emit: () => {} }, ['off']],
    ['throws in the unsubscribe', { on: () => boom, emit: () => {} }, ['off']],
    ['rejects in emit', { on, emit: async () => boom() }, ['emit']],
    ['rejects in on and off', { on: async () => boom(), off: async () => boom(), emit: () => {} }, ['on', 'off']],
  ])('%s', async (_name, eventBus, methods) => {
    const { store, faults, points } = aStoreOn(eventBus)
    const disconnect = store.connect()
    for (let at = 0; at < 3; at++) store.dispatch('ship:lost', {})
    disconnect()
    store.dispatch('ship:lost', {})
    expect(store.hydrate(store.snapshot())).toEqual({ ok: true })
    expect(points()).toBe(4)
    expect(store.history).toEqual([])
    await new Promise((resolve) => setImmediate(resolve))
    for (const method of methods) {
      expect(faults).toContainEqual(
        expect.objectContaining({
          code: 'bus_failed',
          error: expect.objectContaining({
            code: 'bus_failed',
            message: expect.stringMatching(new RegExp(`failed at ${method}\\('[a-z:]+'\\): bus down`)),
          }),
        }),
      )
    }
    const words = faults.map(({ error }) => String(error))
    expect(new Set(words).size).toBe(words.length)
  })

  it.each<[string, () => unknown]>([
    ['a symbol', () => Symbol('odd')],
    ['an object without text', () => Object.create(null)],
    ['nothing', () => undefined],
  ])('throws %s', (_name, thrown) => {
    const fail = () => {
      throw thrown()
    }
    const { store, faults, points } = aStoreOn({ on: fail, emit: fail, hasListeners: fail })
    store.connect()
    for (let at = 0; at < 3; at++) store.dispatch('ship:lost', {})
    expect(points()).toBe(3)
    expect(faults).toContainEqual(expect.objectContaining({ code: 'bus_failed', type: 'worldstate:updated' }))
  })

  it.each(['hasListeners', 'emit', 'off'])('throws where its `%s` is read', (name) => {
    let isOdd = false
    const bus = new Proxy<WorldBus>(
      { on: () => undefined, off: () => {}, emit: () => {}, hasListeners: () => true },
      { get: (target, key) => (isOdd && key === name ? boom() : Reflect.get(target, key)) },
    )
    const { store, faults, points } = aStoreOn(bus)
    const disconnect = store.connect()
    isOdd = true
    for (let at = 0; at < 3; at++) store.dispatch('ship:lost', {})
    disconnect()
    expect(points()).toBe(3)
    expect(faults[0]).toMatchObject({ code: 'bus_failed' })
  })

  it('throws once, from a listener of the game’s, and goes on', () => {
    const eventBus = aGamesOwnBus()
    const { store, points } = aStoreOn(eventBus)
    store.connect()
    eventBus.on('worldstate:updated', vi.fn().mockImplementationOnce(boom))
    for (let at = 0; at < 3; at++) eventBus.emit('ship:lost', {})
    expect(points()).toBe(3)
    expect(store.revision).toBe(3)
  })

  it('calls its listeners later, and even after they were taken away', async () => {
    const eventBus = aGamesOwnBus()
    const later: WorldBus = {
      emit: (event, payload) => queueMicrotask(() => eventBus.emit(event, payload)),
      on: (event, listener) => void eventBus.on(event, listener),
    }
    const { store, points } = aStoreOn(later)
    const disconnect = store.connect()
    later.emit('ship:lost', {})
    await null
    expect(points()).toBe(1)
    later.emit('ship:lost', {})
    disconnect()
    await null
    expect(points()).toBe(1)
  })

  it('comes back to the store from within', () => {
    const eventBus = aGamesOwnBus()
    const { store, points } = aStoreOn(eventBus)
    store.connect()
    eventBus.on('worldstate:updated', (update) => {
      if ((update as { revision: number }).revision < 5) eventBus.emit('ship:lost', {})
    })
    eventBus.emit('ship:lost', {})
    expect(points()).toBe(5)
  })

  it('is told to the console, once, where nobody else is asked', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const store = new WorldStateStore({ slices: [score], eventBus: { on, emit: boom } })
    for (let at = 0; at < 3; at++) store.dispatch('ship:lost', {})
    expect(warn).toHaveBeenCalledOnce()
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('bus_failed'), expect.any(Error))
    warn.mockRestore()
  })

  it('can not stop it with an `onError` that throws, nor a clock that does', () => {
    let isBroken = false
    const clock = () => (isBroken ? boom() : 5)
    const store = new WorldStateStore({ slices: [score], eventBus: { on, emit: boom }, onError: boom, clock })
    store.dispatch('ship:lost', {})
    isBroken = true
    store.dispatch('ship:lost', {})
    expect(() => store.hydrate(store.snapshot())).toThrow('bus down')
    isBroken = false
    store.dispatch('ship:lost', {})
    expect(store.select('score', 'points')).toBe(2)
  })

  it('is refused where it is none', () => {
    for (const eventBus of [{ emit: () => {} }, { on }, 'bus', 5]) {
      expect(() => new WorldStateStore({ slices: [score], eventBus: eventBus as never })).toThrow(
        expect.objectContaining({ code: 'bad_option', message: expect.stringContaining('`on` and `emit`') }),
      )
    }
    expect(() => new WorldStateStore({ slices: [score], eventBus: null as never }).connect()()).not.toThrow()
  })
})

it('who is told of faults may fail later, too', async () => {
  const reject = async (): Promise<never> => {
    throw new Error('mine')
  }
  const store = new WorldStateStore({ slices: [score], onError: reject })
  store.dispatch('score:broken', {})
  const bus = new EventBus({ onError: reject })
  bus.on('ship:lost', reject)
  bus.emit('ship:lost', {})
  // An unhandled rejection would fail the run.
  await new Promise((resolve) => setImmediate(resolve))
})

it('an async listener on our own bus that fails is reported, as one that throws is', async () => {
  const onError = vi.fn()
  const bus = new EventBus({ onError })
  const fault = new Error('mine')
  bus.on('ship:lost', async () => {
    throw fault
  })
  bus.emit('ship:lost', {})
  await null
  expect(onError).toHaveBeenCalledWith(fault, 'ship:lost')
})
