import { defineEvents, type EventsOf } from '@downlink/protocol'
import { expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { autoEvents } from './auto/events.ts'
import { type AutoEvents, auto, errors, frames, instrument, player, startTelemetry } from './auto.ts'
import { createTelemetry } from './create-telemetry.ts'

const level = z.object({ level: z.int() })
const gameEvents = defineEvents({ level_started: level })
const allEvents = defineEvents({ ...autoEvents, level_started: level })

it('records beside any events, and those that a collector has its schemas of', () => {
  auto(createTelemetry())
  auto(createTelemetry<EventsOf<typeof allEvents>>())
  auto(createTelemetry<AutoEvents & { level_started: { level: number } }>())
  // @ts-expect-error this collector would refuse them
  auto(createTelemetry<EventsOf<typeof gameEvents>>())
  // @ts-expect-error the game's own has another payload
  auto(createTelemetry<Omit<AutoEvents, 'error'> & { error: { code: number } }>())
})

it('has the events of auto beside those of the game', () => {
  startTelemetry().push('anything', { at: 'all' })
  const telemetry = startTelemetry<{ level_started: { level: number } }>({ enabled: true })
  telemetry.push('level_started', { level: 3 })
  telemetry.push('page_shown', { hiddenMs: 1 })
  // @ts-expect-error the game has no such event
  telemetry.push('level_ended', { level: 3 })
})

it('asks for the events of those parts that are there', () => {
  const telemetry = createTelemetry<Pick<AutoEvents, 'error'> & { level_started: { level: number } }>()
  instrument(telemetry, [errors()])
  instrument(telemetry, [errors(), player()])
  instrument(telemetry, [])
  // @ts-expect-error it has no frame_times
  instrument(telemetry, [errors(), frames()])
})

it('keeps the payloads of its definitions', () => {
  expectTypeOf<EventsOf<typeof allEvents>['frame_times']>().toEqualTypeOf<AutoEvents['frame_times']>()
})
