import { expectTypeOf, it } from 'vitest'
import {
  defineEvents,
  type EventDefinitions,
  type EventMap,
  type EventsOf,
  type StoredEventsOf,
} from './define-events.ts'
import { versions } from './schema-versions.ts'
import type { StandardSchema } from './standard-schema.ts'

interface Typed<Input, Output> {
  readonly '~standard': Omit<StandardSchema<Output>['~standard'], 'types'> & {
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

it('takes the payload from a schema’s input: what is stored is what was sent', () => {
  const events = defineEvents({
    spawned: {} as Typed<{ at: string }, { at: Date }>,
    quit: {} as Typed<undefined, undefined>,
  })
  expectTypeOf<EventsOf<typeof events>>().toEqualTypeOf<{
    readonly spawned: { at: string }
    readonly quit: undefined
  }>()
})

it('pushes the newest version, and reads all', () => {
  const events = defineEvents({
    bullet_hit: versions([1, {} as Typed<{ ship: string }, unknown>], [4, {} as Typed<{ shipId: string }, unknown>]),
    once: versions([2, {} as Typed<{ n: number }, unknown>]),
    quit: {} as Typed<undefined, undefined>,
  })
  expectTypeOf<EventsOf<typeof events>>().toEqualTypeOf<{
    readonly bullet_hit: { shipId: string }
    readonly once: { n: number }
    readonly quit: undefined
  }>()
  expectTypeOf<StoredEventsOf<typeof events>>().toEqualTypeOf<{
    readonly bullet_hit: { ship: string } | { shipId: string }
    readonly once: { n: number }
    readonly quit: undefined
  }>()
  expectTypeOf<StoredEventsOf<EventDefinitions<{ tick: number }>>>().toEqualTypeOf<{ tick: number }>()
})

it('refuses versions that are none', () => {
  // @ts-expect-error at least one
  versions()
  // @ts-expect-error a version is a number and a schema
  versions({} as Typed<undefined, undefined>)
  // @ts-expect-error a type is not a schema
  versions([1, { n: 'number' }])
})

it('takes bare types as they are', () => {
  const events = defineEvents<{ tick: { n: number } }>()
  expectTypeOf<EventsOf<typeof events>>().toEqualTypeOf<{ tick: { n: number } }>()
  const anyEvents = defineEvents()
  expectTypeOf<EventsOf<typeof anyEvents>>().toEqualTypeOf<EventMap>()
})

it('takes an interface for a type', () => {
  interface Events {
    readonly tick: { readonly n: number }
  }
  const events = defineEvents<Events>()
  expectTypeOf<EventsOf<typeof events>>().toEqualTypeOf<Events>()
  expectTypeOf<StoredEventsOf<typeof events>>().toEqualTypeOf<Events>()
  expectTypeOf(events).toExtend<EventDefinitions>()
  // @ts-expect-error its properties are the names
  defineEvents<'tick'>()
})

it('refuses what is no schema', () => {
  // @ts-expect-error a type is not a schema
  defineEvents({ tick: { n: 'number' } })
})
