import { describe, expect, it, vi } from 'vitest'
import { EventBus } from './event-bus.ts'

type Events = { 'ship:lost': { id: string }; 'telemetry:written': number; telemetry: string; 'ship:lost:late': null }

describe('an event bus', () => {
  it('tells those who listen to an event, to its kind and to all, in the order in which they came', () => {
    const bus = new EventBus<Events>()
    const heard: unknown[] = []
    bus.on('*', (payload, name) => heard.push(['*', name, payload]))
    bus.on('telemetry:*', (payload, name) => heard.push(['telemetry:*', name, payload]))
    bus.on('ship:lost', (payload, name) => heard.push(['ship:lost', name, payload]))
    bus.emit('ship:lost', { id: 'red-1' })
    bus.emit('telemetry:written', 2)
    bus.emit('telemetry', 'no kind')
    bus.emit('ship:lost:late', null)
    expect(heard).toEqual([
      ['*', 'ship:lost', { id: 'red-1' }],
      ['ship:lost', 'ship:lost', { id: 'red-1' }],
      ['*', 'telemetry:written', 2],
      ['telemetry:*', 'telemetry:written', 2],
      ['*', 'telemetry', 'no kind'],
      ['*', 'ship:lost:late', null],
    ])
  })

  it('reports a listener that throws, and goes on with the others', () => {
    const onError = vi.fn()
    const bus = new EventBus<Events>({ onError })
    const heard = vi.fn()
    const fault = new Error('mine')
    bus.on('telemetry', () => {
      throw fault
    })
    bus.on('telemetry', heard)
    bus.emit('telemetry', 'x')
    expect(heard).toHaveBeenCalledOnce()
    expect(onError).toHaveBeenCalledWith(fault, 'telemetry')
  })

  it('writes faults to the console unless told, and survives a report that throws', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const fail = (): never => {
      throw new Error('mine')
    }
    const bus = new EventBus<Events>()
    bus.on('telemetry', fail)
    bus.emit('telemetry', 'x')
    expect(error).toHaveBeenCalledOnce()
    error.mockRestore()
    const deaf = new EventBus<Events>({ onError: fail })
    deaf.on('telemetry', fail)
    expect(() => deaf.emit('telemetry', 'x')).not.toThrow()
  })

  it('lets listeners come and go during an emit: the new hear the next event, the gone hear nothing more', () => {
    const bus = new EventBus<Events>()
    const heard: string[] = []
    bus.on('telemetry', () => {
      offLater()
      bus.on('telemetry', () => heard.push('new'))
    })
    const offLater = bus.on('telemetry', () => heard.push('later'))
    bus.emit('telemetry', 'x')
    expect(heard).toEqual([])
    bus.emit('telemetry', 'x')
    expect(heard).toEqual(['new'])
  })

  it('adds the same listener as often as it comes, and takes away one at a time, once', () => {
    const bus = new EventBus<Events>()
    const listener = vi.fn()
    const off = bus.on('telemetry', listener)
    bus.on('telemetry', listener)
    off()
    off()
    bus.emit('telemetry', 'x')
    expect(listener).toHaveBeenCalledOnce()
  })

  it('says whether anybody would hear', () => {
    const bus = new EventBus<Events>()
    expect(bus.hasListeners('telemetry:written')).toBe(false)
    const off = bus.on('telemetry:*', () => {})
    expect(bus.hasListeners('telemetry:written')).toBe(true)
    expect(bus.hasListeners('ship:lost')).toBe(false)
    off()
    expect(bus.hasListeners('telemetry:written')).toBe(false)
  })

  it('does not grow with names that are made up', () => {
    const bus = new EventBus()
    const listener = vi.fn()
    bus.on('*', listener)
    for (let at = 0; at < 5000; at++) bus.emit(`made-up-${at}`, at)
    expect(listener).toHaveBeenCalledTimes(5000)
  })
})
