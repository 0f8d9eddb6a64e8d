import * as client from '@downlink/client'
import * as plain from '@downlink/client/plain'
import * as policies from '@downlink/client/policies'
import * as react from '@downlink/client/react'
import * as spool from '@downlink/client/spool'
import { expect, it } from 'vitest'
import * as inert from './inert.ts'

it('has each name of each entry point of the client, as what it is there', () => {
  const real = { ...client, ...plain, ...policies, ...react, ...spool }
  const kinds = (names: object) => Object.entries(names).map(([name, value]) => [name, typeof value])
  expect(kinds(inert)).toEqual(expect.arrayContaining(kinds(real)))
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
