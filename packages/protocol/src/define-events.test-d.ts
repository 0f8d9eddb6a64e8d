import { expectTypeOf, it } from 'vitest'
import { defineEvents, type EventsOf, type StandardSchema } from './define-events.ts'

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

it('takes bare types as they are', () => {
  const events = defineEvents<{ tick: { n: number } }>()
  expectTypeOf<EventsOf<typeof events>>().toEqualTypeOf<{ tick: { n: number } }>()
})

it('refuses what is no schema', () => {
  // @ts-expect-error a type is not a schema
  defineEvents({ tick: { n: 'number' } })
})
