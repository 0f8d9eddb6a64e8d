import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
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
