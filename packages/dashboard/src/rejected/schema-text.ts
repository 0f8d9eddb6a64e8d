/** Puts a JSON Schema into the words that a programmer reads at a glance: `integer, 0 to 100`, `"red" | "blue"`. */
import { isObject } from '@downlink/protocol'

export type JsonSchema = Readonly<Record<string, unknown>>

/** Deeper ones are told by their kind. */
const maxDepth = 3

export function schemaText(schema: unknown, depth = 0): string {
  if (!isObject(schema)) return 'anything'
  const { const: constant, enum: choices, anyOf, oneOf, type } = schema
  if (constant !== undefined) return JSON.stringify(constant)
  if (Array.isArray(choices)) return choices.map((choice) => JSON.stringify(choice)).join(' | ')
  const alternatives = anyOf ?? oneOf
  if (Array.isArray(alternatives)) return alternatives.map((one) => schemaText(one, depth)).join(' | ')
  if (Array.isArray(type)) return type.map((one) => schemaText({ ...schema, type: one }, depth)).join(' | ')
  switch (type) {
    case 'array':
      return `list of ${schemaText(schema.items, depth + 1)}`
    case 'object':
      return objectText(schema, depth)
    case 'string':
      return withBounds('string', [textBounds(schema), schema.format, schema.pattern])
    case 'integer':
    case 'number':
      return withBounds(type, [numberBounds(schema)])
    default:
      return typeof type === 'string' ? type : 'anything'
  }
}

/** The properties of an object's schema, in its order; undefined where it is none. */
export function propertiesOf(schema: JsonSchema): ReadonlyMap<string, string> | undefined {
  if (!isObject(schema.properties)) return undefined
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  return new Map(
    Object.entries(schema.properties).map(([name, property]) => [
      name,
      `${schemaText(property)}${required.has(name) ? '' : ', or nothing'}`,
    ]),
  )
}

function objectText(schema: JsonSchema, depth: number): string {
  if (depth >= maxDepth || !isObject(schema.properties)) return 'object'
  const parts = Object.entries(schema.properties).map(
    ([name, property]) => `${name}: ${schemaText(property, depth + 1)}`,
  )
  return `{ ${parts.join(', ')} }`
}

const withBounds = (type: string, bounds: readonly unknown[]): string =>
  [type, ...bounds.filter((bound) => bound !== undefined && bound !== '')].join(', ')

function textBounds({ minLength, maxLength }: JsonSchema): string {
  if (typeof minLength === 'number' && typeof maxLength === 'number') return `${minLength} to ${maxLength} characters`
  if (typeof minLength === 'number') return `at least ${minLength} characters`
  return typeof maxLength === 'number' ? `at most ${maxLength} characters` : ''
}

/** What every double keeps within is no bound. */
const isBound = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER

function numberBounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const lower = isBound(minimum) ? `${minimum}` : isBound(exclusiveMinimum) ? `above ${exclusiveMinimum}` : undefined
  const upper = isBound(maximum) ? `${maximum}` : isBound(exclusiveMaximum) ? `below ${exclusiveMaximum}` : undefined
  if (lower !== undefined && upper !== undefined) return `${lower} to ${upper}`
  if (lower !== undefined) return isBound(minimum) ? `${lower} or more` : lower
  return upper === undefined ? '' : isBound(maximum) ? `${upper} or less` : upper
}
