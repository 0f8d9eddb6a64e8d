/** Makes the JSON Schemas of the API out of few terms: they check what comes, and make up the OpenAPI document. */
import type { InputSchema, TextField, WholeField } from './check-input.ts'

export type Schema = Readonly<Record<string, unknown>>

export const text = (description: string): Schema => ({ type: 'string', description })
export const count = (description: string): Schema => ({ type: 'integer', minimum: 0, description })
export const flag = (description: string): Schema => ({ type: 'boolean', description })
export const time = (description: string): Schema => ({
  type: 'integer',
  description: `${description}, in ms since 1970`,
})
export const counts = (description: string): Schema => ({
  type: 'object',
  additionalProperties: { type: 'integer' },
  description,
})
export const list = (items: Schema): Schema => ({ type: 'array', items })
export const anything = (description: string): Schema => ({ description })

/** All properties are there unless they are named optional. */
export function object(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required, additionalProperties: false }
}

/** Null where it is not known. */
export const measured = (description: string): Schema => ({ type: ['number', 'null'], minimum: 0, description })

/** @param description what it means that it is null */
export const nullable = (description: string, properties: Readonly<Record<string, Schema>>): Schema => ({
  ...object(properties),
  ...{ type: ['object', 'null'], description },
})

/** What may come: all of it is wanted unless it is named optional. */
export function input(
  properties: InputSchema['properties'],
  optional: readonly string[] = [],
  dependentRequired: InputSchema['dependentRequired'] = {},
): InputSchema {
  const required = Object.keys(properties).filter((field) => !optional.includes(field))
  return { type: 'object', properties, required, dependentRequired, additionalProperties: false }
}

// Names and sequences travel as SQL text in exports, and a NUL would end it.
export const name = (description: string): TextField => ({
  type: 'string',
  title: 'text of 1 to 256 characters without NUL',
  minLength: 1,
  maxLength: 256,
  pattern: '^[^\\0]+$',
  description,
})

export const limit: WholeField = {
  type: 'integer',
  minimum: 1,
  maximum: 1000,
  default: 100,
  description: 'Entries of a page',
}

export const whole = (description: string): WholeField => ({
  type: 'integer',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description,
})

/** A switch of a query string. */
export const onOrOff = (description: string): TextField => ({
  type: 'string',
  enum: ['true', 'false'],
  default: 'false',
  description,
})

export const failure: Schema = object({
  code: text('What went wrong, for programs'),
  message: text('What went wrong, and what to do'),
})

export const errorAnswer: Schema = object({ error: failure })

/** Of what may come: nothing. */
export const noInput: InputSchema = input({})

export const cursor = (type: string): Schema => ({
  type: [type, 'null'],
  description: 'For the next page; null on the last one',
})
