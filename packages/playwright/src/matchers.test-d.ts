import { defineEvents } from '@downlink/protocol'
import type { ExpectMatcherState, MatcherReturnType } from '@playwright/test'
import { expectTypeOf, it } from 'vitest'
import { createTest } from './fixtures.ts'
import { createExpect } from './matchers.ts'
import type { TestTelemetry } from './test-telemetry.ts'

type Battle = {
  readonly ship_destroyed: {
    readonly team: 'red' | 'blue'
    readonly at: { readonly x: number }
    readonly by: readonly string[]
  }
  readonly paused: undefined
}

declare const telemetry: TestTelemetry<Battle>
declare const untyped: TestTelemetry

it('binds each type to its payload', () => {
  const expect = createExpect<Battle>()
  expect(telemetry).toHaveReceived('paused')
  expect(telemetry).toHaveReceived('ship_destroyed', { team: 'red' })
  expect(telemetry).not.toHaveReceived('ship_destroyed', {
    at: { x: expect.any(Number) },
    by: ['a', expect.anything()],
  })
  expect(telemetry).toHaveReceived('ship_destroyed', expect.objectContaining({ team: 'red' }), { timeout: 1 })
  expect(telemetry).toHaveReceived('ship_destroyed', {
    at: expect.objectContaining({ x: 1 }),
    team: expect.any(String),
  })
  expect(telemetry).toHaveReceivedTimes('ship_destroyed', 2, { team: 'blue' })
  expect(telemetry).toBeBalanced({ timeout: 1 })
  // @ts-expect-error no such type
  expect(telemetry).toHaveReceived('ship_lost')
  // @ts-expect-error no such team
  expect(telemetry).toHaveReceived('ship_destroyed', { team: 'green' })
  // @ts-expect-error no such field
  expect(telemetry).toHaveReceived('ship_destroyed', { crew: 1 })
  // @ts-expect-error not of this type
  expect(telemetry).toHaveReceived('ship_destroyed', { at: { x: '1' } })
  // @ts-expect-error not telemetry
  expect(1).toHaveReceived('ship_destroyed')
})

it('takes an interface of events for a type', () => {
  interface Race {
    readonly lap_ended: { readonly car: string; readonly seconds: number }
  }
  const { expect } = createTest<Race>()
  const sameByDefinitions = createTest({ events: defineEvents<Race>() }).expect
  expectTypeOf(sameByDefinitions).toEqualTypeOf(expect)
  const race = {} as TestTelemetry<Race>
  expect(race).toHaveReceived('lap_ended', { car: 'a' })
  expect(race).toHaveReceivedTimes('lap_ended', 2)
  // @ts-expect-error no such field
  expect(race).toHaveReceived('lap_ended', { crew: 1 })
  // @ts-expect-error no such type
  expect(race).toHaveReceivedTimes('lap_end', 2)
})

it('takes anything where no events are given', () => {
  const expect = createExpect()
  expect(untyped).toHaveReceived('whatever', { any: { thing: [1] } })
  expect(telemetry).toBeBalanced()
})

it('types what is received', async () => {
  const { data } = await telemetry.waitFor('ship_destroyed', (event) => event.data.team === 'red')
  expectTypeOf(data.team).toEqualTypeOf<'red' | 'blue'>()
  const [event] = telemetry.accepted()
  if (event?.type === 'ship_destroyed') expectTypeOf(event.data.at.x).toBeNumber()
  expectTypeOf<ExpectMatcherState>().not.toBeAny()
  expectTypeOf<MatcherReturnType>().not.toBeAny()
})
