import { expect, it } from 'vitest'
import { defineEvents } from './define-events.ts'
import type { StandardSchema } from './standard-schema.ts'

const schema: StandardSchema = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } }

it('keeps the schemas by type', () => {
  expect(defineEvents({ tick: schema }).schemas).toEqual({ tick: schema })
})

it('has none for bare types', () => {
  expect(defineEvents<{ tick: { n: number } }>().schemas).toEqual({})
})

it.each([
  ['no schema', { tick: {} as StandardSchema }, /Standard Schema for event "tick"/],
  ['nothing', { tick: undefined as unknown as StandardSchema }, /Standard Schema/],
  ['an empty name', { '': schema }, /1 to 128 characters, got ""/],
  ['a NUL in a name', { 'a\0b': schema }, /lone surrogate or a NUL, got "a\\u0000b"/],
  ['half an emoji in a name', { '\ud83d': schema }, /lone surrogate or a NUL/],
  ['a long name', { ['x'.repeat(129)]: schema }, /1 to 128 characters/],
])('throws on %s', (_, schemas, message) => {
  expect(() => defineEvents(schemas)).toThrow(message)
})
