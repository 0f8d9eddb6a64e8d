import type { EventEmitter } from 'node:events'
import { defineEvents } from '@downlink/protocol'
import { expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { attachTelemetry, type TelemetrySource } from './attach.ts'
import { createTelemetry } from './create-telemetry.ts'
import type { EmittedEvent, EventsOf } from './index.ts'
import { byType, latestWins, mustDeliver, sampled } from './policies/by-type.ts'

const battleEvents = defineEvents({
  bullet_fired: z.object({ shipId: z.string(), team: z.enum(['red', 'blue']) }),
  round_ended: z.object({ winner: z.string() }).optional(),
})
type BattleEvents = EventsOf<typeof battleEvents>

it('binds the payload to the name', () => {
  const telemetry = createTelemetry<BattleEvents>()
  telemetry.push('bullet_fired', { shipId: 'r1', team: 'red' })
  telemetry.push('round_ended', { winner: 'red' })
  // @ts-expect-error no event has this name
  telemetry.push('bullet_frid', { shipId: 'r1', team: 'red' })
  // @ts-expect-error no team has this name
  telemetry.push('bullet_fired', { shipId: 'r1', team: 'green' })
  // @ts-expect-error the payload of another event
  telemetry.push('bullet_fired', { winner: 'red' })
  // @ts-expect-error a payload is missing
  telemetry.push('bullet_fired')
  // @ts-expect-error a property is missing
  telemetry.push('bullet_fired', { shipId: 'r1' })
})

it('lets a payload be left out where it may be undefined', () => {
  const telemetry = createTelemetry<{ quit: undefined; paused: { by: string } | undefined }>()
  telemetry.push('quit')
  telemetry.push('paused')
  telemetry.push('paused', { by: 'player' })
  // @ts-expect-error a payload where there is none
  telemetry.push('quit', 1)
})

it('takes any event where none are named', () => {
  createTelemetry().push('anything', { at: 'all' })
  createTelemetry().push('nothing')
})

it('attaches only a source of its own events', () => {
  const telemetry = createTelemetry<BattleEvents>()
  attachTelemetry({} as TelemetrySource<EmittedEvent<BattleEvents>>, telemetry)
  // @ts-expect-error a source of other events
  attachTelemetry({} as TelemetrySource<EmittedEvent<{ other: { n: number } }>>, telemetry)
})

it('attaches a source that leaves out what may be undefined', () => {
  type Emitted = { type: 'quit' } | { type: 'fell'; data: { by: number }; timestamp: number | undefined }
  const telemetry = createTelemetry<{ quit: undefined; fell: { by: number } }>()
  attachTelemetry({} as AnyEmitter<(event: Emitted) => void>, telemetry)
  // @ts-expect-error a source that leaves out what it must not
  attachTelemetry({} as AnyEmitter<(event: { type: 'fell' }) => void>, telemetry)
})

it('attaches whatever has `on`, whether or not it says what it emits', () => {
  const telemetry = createTelemetry<BattleEvents>()
  attachTelemetry({} as EventEmitter, telemetry)
  attachTelemetry({} as EventEmitter, telemetry, { event: 'recorded' })
  attachTelemetry({} as { on(event: string, handler: (data: unknown) => void): () => void }, telemetry)
  attachTelemetry({} as { on: (event: string, handler: (data: unknown) => void) => void; off: () => void }, telemetry)
  attachTelemetry({} as AnyEmitter<(...args: unknown[]) => void>, telemetry)
  attachTelemetry({} as AnyEmitter<(event: object) => void>, telemetry)
  attachTelemetry({} as Mitt<{ telemetry: EmittedEvent<BattleEvents>; other: number }>, telemetry)
  attachTelemetry({} as Mitt<Record<string | symbol, unknown>>, telemetry)
  attachTelemetry({} as AnyEmitter<(event: EmittedEvent<BattleEvents>) => void>, createTelemetry())
  // @ts-expect-error nothing to listen with
  attachTelemetry({ off: () => {} }, telemetry)
})

interface AnyEmitter<Handler> {
  on(event: string, handler: Handler): this
  off(event: string, handler: Handler): this
}

/** As mitt 3 declares it. */
interface Mitt<Events extends Record<string | symbol, unknown>> {
  on<Key extends keyof Events>(type: Key, handler: (event: Events[Key]) => void): void
  on(type: '*', handler: (type: keyof Events, event: Events[keyof Events]) => void): void
  off<Key extends keyof Events>(type: Key, handler?: (event: Events[Key]) => void): void
  off(type: '*', handler: (type: keyof Events, event: Events[keyof Events]) => void): void
}

it('knows the types of which a policy may speak', () => {
  createTelemetry<BattleEvents>({ policies: byType({ round_ended: mustDeliver, bullet_fired: sampled(0.1) }) })
  createTelemetry({ policies: byType({ anything: latestWins }) })
  // @ts-expect-error there is no such event
  createTelemetry<BattleEvents>({ policies: byType({ round_endet: mustDeliver }) })
  // @ts-expect-error no policy
  byType({ round_ended: 'always' })
})

it('spells its states', () => {
  const status = createTelemetry().status()
  if (status.status === 'waiting') expectTypeOf(status.retryAtMs).toEqualTypeOf<number>()
  if (status.status === 'stopped') expectTypeOf(status.reason).toExtend<string>()
  // @ts-expect-error only a waiting link retries
  status.retryAtMs
})
