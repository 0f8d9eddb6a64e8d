import * as client from '@downlink/client'
import manifest from '@downlink/client/package.json' with { type: 'json' }
import { expect, it } from 'vitest'
import * as inert from './inert.ts'
import { clientEntry } from './module-names.ts'

const entries = Object.keys(manifest.exports)
  .map((path) => path.replace('.', '@downlink/client'))
  .filter((entry) => clientEntry.test(entry))

it.each(entries)('is what %s has by the same names', async (entry) => {
  const real = Object.entries(await import(entry)).filter(([name]) => name in inert)
  const kinds = (names: readonly (readonly [string, unknown])[]) => names.map(([name, value]) => [name, typeof value])
  expect(kinds(Object.entries(inert))).toEqual(expect.arrayContaining(kinds(real)))
  expect(real.length).toBeGreaterThan(0)
})

it('has each part of a telemetry', () => {
  const real = client.createTelemetry()
  const stand = inert.createTelemetry()
  for (const [part, other] of [
    [real, stand],
    [real.buffer, stand.buffer],
  ] as const) {
    const lacking = Object.keys(Object.getOwnPropertyDescriptors(part)).filter((name) => !(name in other))
    // The rest of the buffer is between the client's own parts.
    expect(lacking.filter((name) => part === real || name === 'push')).toEqual([])
  }
})

it('answers as a telemetry that is off', async () => {
  const { createTelemetry, attachTelemetry } = inert
  const telemetry = createTelemetry()
  telemetry.start()
  telemetry.push('a')
  expect([telemetry.enabled, telemetry.status(), telemetry.recent(5), telemetry.stats().pushed]).toEqual([
    false,
    { status: 'disabled' },
    [],
    0,
  ])
  expect(await telemetry.flush()).toEqual({ acked: 0, remaining: 0 })
  expect(attachTelemetry()()).toBeUndefined()
})
