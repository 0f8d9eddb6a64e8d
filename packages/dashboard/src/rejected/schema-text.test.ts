import { expect, it } from 'vitest'
import { propertiesOf, schemaText } from './schema-text.ts'

it.each<[unknown, string]>([
  [{ type: 'string' }, 'string'],
  [{ type: 'string', minLength: 1, maxLength: 9 }, 'string, 1 to 9 characters'],
  [{ type: 'string', maxLength: 9, format: 'uuid' }, 'string, at most 9 characters, uuid'],
  [{ type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 }, 'integer'],
  [{ type: 'integer', minimum: 0, maximum: 9007199254740991 }, 'integer, 0 or more'],
  [{ type: 'number', exclusiveMinimum: 0, maximum: 1 }, 'number, above 0 to 1'],
  [{ type: 'number', exclusiveMaximum: 5 }, 'number, below 5'],
  [{ type: 'string', enum: ['red', 'blue'] }, '"red" | "blue"'],
  [{ const: null }, 'null'],
  [{ anyOf: [{ type: 'number' }, { type: 'null' }] }, 'number | null'],
  [{ type: ['string', 'null'] }, 'string | null'],
  [{ type: 'array', items: { type: 'boolean' } }, 'list of boolean'],
  [{ type: 'object', properties: { x: { type: 'number' }, y: {} } }, '{ x: number, y: anything }'],
  [{ type: 'object' }, 'object'],
  [true, 'anything'],
  [undefined, 'anything'],
])('says %j as %s', (schema, text) => {
  expect(schemaText(schema)).toBe(text)
})

it('ends in the deep', () => {
  let schema: object = { type: 'string' }
  for (let depth = 0; depth < 50; depth++) schema = { type: 'object', properties: { x: schema } }
  expect(schemaText(schema)).toBe('{ x: { x: { x: object } } }')
})

it('lists properties, and says which may be left out', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } }, required: ['a'] }
  expect([...(propertiesOf(schema) ?? [])]).toEqual([
    ['a', 'string'],
    ['b', 'number, or nothing'],
  ])
  expect(propertiesOf({ type: 'string' })).toBeUndefined()
})
