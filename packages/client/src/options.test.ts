import { protocolDefaults } from '@downlink/protocol'
import { describe, expect, it } from 'vitest'
import { createTelemetry } from './create-telemetry.ts'
import { TelemetryError } from './errors.ts'
import { type TelemetryOptions, telemetryDefaults, withDefaults } from './options.ts'

it('has the numbers of the protocol', () => {
  const shared = Object.keys(telemetryDefaults).filter((name) => name in protocolDefaults)
  expect(shared.length).toBeGreaterThan(5)
  for (const name of shared) {
    expect([name, telemetryDefaults[name as keyof typeof telemetryDefaults]]).toEqual([
      name,
      protocolDefaults[name as keyof typeof protocolDefaults],
    ])
  }
})

it('takes an option that is undefined for one left out', () => {
  const capacity = undefined as unknown as number
  expect(withDefaults({ capacity, url: '/t' })).toMatchObject({ capacity: 5000, url: '/t' })
})

describe('a bad option', () => {
  it.each([
    [{ capacity: -3 }, 'Expected `capacity` to be a whole number from 1 up, got -3'],
    [{ batchSize: 0 }, 'Expected `batchSize` to be a whole number from 1 up, got 0'],
    [{ drainIntervalMs: 0.5 }, 'Expected `drainIntervalMs` to be a whole number from 1 up, got 0.5'],
    [{ windowEvents: Number.NaN }, 'Expected `windowEvents` to be a whole number from 1 up, got null'],
    [{ overflow: 'drop-all' }, 'Expected `overflow` to be drop-oldest or drop-newest, got "drop-all"'],
    [{ enabled: 'false' }, 'Expected `enabled` to be false or true, got "false"'],
  ])('%j is refused', (options, message) => {
    const make = (): unknown => createTelemetry(options as unknown as TelemetryOptions)
    expect(make).toThrow(message)
    expect(make).toThrow(TelemetryError)
    expect(make).toThrow(expect.objectContaining({ name: 'TelemetryError', code: 'bad_option' }))
  })
})
