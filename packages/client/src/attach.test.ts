import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { attachTelemetry } from './attach.ts'
import { createTestTelemetry } from './test-doubles.ts'

it('pushes what a source emits, until it is detached', () => {
  const { telemetry } = createTestTelemetry()
  const engine = new EventEmitter()
  const detach = attachTelemetry(engine, telemetry)
  engine.emit('telemetry', { type: 'tick', data: { n: 1 }, mood: 'good' })
  engine.emit('other', { type: 'tick', data: { n: 2 } })
  detach()
  engine.emit('telemetry', { type: 'tick', data: { n: 3 } })
  expect(telemetry.buffer.peek(9)).toMatchObject([{ type: 'tick', data: { n: 1 } }])
  expect(telemetry.stats().pushed).toBe(1)
  expect(engine.listenerCount('telemetry')).toBe(0)
})

it('listens to the event that is named', () => {
  const { telemetry } = createTestTelemetry()
  const engine = new EventEmitter()
  attachTelemetry(engine, telemetry, { event: 'recorded' })
  engine.emit('recorded', { type: 'tick' })
  expect(telemetry.buffer.peek(9)).toMatchObject([{ type: 'tick' }])
})

it('keeps the timestamp that an event brings', () => {
  const { telemetry, world } = createTestTelemetry()
  const engine = new EventEmitter()
  attachTelemetry(engine, telemetry)
  engine.emit('telemetry', { type: 'tick', timestamp: 1_500_000_000_000 })
  engine.emit('telemetry', { type: 'tick', timestamp: 'yesterday' })
  expect(telemetry.buffer.peek(9).map(({ timestamp }) => timestamp)).toEqual([1_500_000_000_000, world.nowMs])
})

it('passes over what is no event, and throws at nobody', () => {
  const { telemetry } = createTestTelemetry()
  const engine = new EventEmitter()
  attachTelemetry(engine, telemetry)
  const throwing = {
    get type(): string {
      throw new Error('no')
    },
  }
  for (const emitted of [undefined, null, 'tick', 5, Symbol('s'), [], {}, { data: 1 }, { type: 5 }, throwing]) {
    engine.emit('telemetry', emitted)
  }
  engine.emit('telemetry')
  expect(telemetry.stats().pushed).toBe(0)
})

describe('detaching', () => {
  it('calls what `on` has returned, where that is how to stop', () => {
    const { telemetry } = createTestTelemetry()
    let handlers: ((data: unknown) => void)[] = []
    const engine = {
      on(_: string, handler: (data: unknown) => void) {
        handlers.push(handler)
        return () => {
          handlers = []
        }
      },
    }
    const detach = attachTelemetry(engine, telemetry)
    handlers[0]?.({ type: 'tick' })
    detach()
    expect([telemetry.stats().pushed, handlers]).toEqual([1, []])
  })

  it('throws nothing where a source has no way to stop', () => {
    const { telemetry } = createTestTelemetry()
    expect(attachTelemetry({ on: () => undefined }, telemetry)).not.toThrow()
  })
})
