import { expect, it } from 'vitest'
import { countedTelemetry } from '../test-doubles.ts'
import { createTelemetryStore } from './telemetry.ts'

const toggled = { enabled: true } as const

it('is a view over the buffer: first in, first out', () => {
  const { telemetry } = countedTelemetry(true)
  const { pushTelemetry, drainTelemetry, peek, getBufferLength, maxBufferSize } =
    createTelemetryStore(telemetry).getState()
  pushTelemetry('ship_spawned', { shipId: 'red-1-1', team: 'red', x: 1, y: 2 })
  pushTelemetry('telemetry_toggled', toggled)
  expect(getBufferLength()).toBe(2)
  expect(peek(1)).toMatchObject([
    { type: 'ship_spawned', data: { shipId: 'red-1-1' }, seq: 1, id: `${telemetry.sessionId}:1` },
  ])
  expect(drainTelemetry(1).map(({ type }) => type)).toEqual(['ship_spawned'])
  expect(drainTelemetry(9).map(({ type }) => type)).toEqual(['telemetry_toggled'])
  expect(getBufferLength()).toBe(0)
  expect(maxBufferSize).toBe(5000)
})

it('clears, and the client counts it', () => {
  const { telemetry } = countedTelemetry(true)
  const { pushTelemetry, clearTelemetry } = createTelemetryStore(telemetry).getState()
  pushTelemetry('telemetry_toggled', toggled)
  clearTelemetry()
  expect(telemetry.stats()).toMatchObject({ pushed: 1, queued: 0, dropped: { cleared: 1 } })
})

it('takes nothing while telemetry is off', () => {
  const { telemetry } = countedTelemetry(false)
  const { pushTelemetry, getBufferLength } = createTelemetryStore(telemetry).getState()
  pushTelemetry('telemetry_toggled', toggled)
  expect(getBufferLength()).toBe(0)
})
