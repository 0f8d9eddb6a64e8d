/** Derives columns from Standard JSON Schemas (https://standardschema.dev): what their top-level properties promise. */
import { type StandardSchema, versionsOf } from '@downlink/protocol'

export interface Column {
  /** Of the payload; undefined for the payload as a whole. */
  readonly key: string | undefined
  readonly name: string
  readonly type: ColumnType
}

export type ColumnType = 'BIGINT' | 'HUGEINT' | 'DOUBLE' | 'BOOLEAN' | 'VARCHAR' | 'JSON'

type JsonSchema = Readonly<Record<string, unknown>>

const columnTypes: Readonly<Record<string, ColumnType>> = {
  integer: 'HUGEINT',
  'bounded integer': 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  string: 'VARCHAR',
}

/** Of a payload whose properties nobody knows. */
const wholePayload: Column = { key: undefined, name: 'data', type: 'JSON' }

/**
 * Those of all versions of a schema. A version that can't be said in JSON Schema, or is no object of known properties, has
 * the payload as a whole.
 */
export function columnsOf(schema: StandardSchema): readonly Column[] {
  const all = versionsOf(schema).map((version) => propertiesOf(version.schema))
  const known = all.filter((properties) => properties !== undefined)
  const keys = new Set(known.flatMap(Object.keys))
  const columns = [...keys].map((key) => {
    const promised = known.filter((properties) => Object.hasOwn(properties, key)).map((properties) => properties[key])
    // A column needs a name, and SQL ends at a NUL.
    return { key, name: key.replaceAll('\0', '') || 'empty', type: columnTypeOf({ anyOf: promised }) }
  })
  return known.length < all.length ? [...columns, wholePayload] : columns
}

function propertiesOf(schema: StandardSchema): JsonSchema | undefined {
  const properties = jsonSchemaOf(schema)?.properties
  return typeof properties === 'object' && properties !== null ? (properties as JsonSchema) : undefined
}

/** What a payload has to be; undefined where the library has no JSON Schema for it. */
export function jsonSchemaOf(schema: StandardSchema): JsonSchema | undefined {
  try {
    return schema['~standard'].jsonSchema?.input({ target: 'draft-2020-12' })
  } catch {
    // The library has no JSON Schema for it, such as for a Date.
    return undefined
  }
}

/** A property of several types is JSON, unless all but null agree. */
function columnTypeOf(property: unknown): ColumnType {
  const types = new Set(typesOf(property))
  types.delete('null')
  // 1 is a number too, and what fits 64 bits fits 128.
  if (types.has('number')) types.delete('integer')
  if (types.has('number') || types.has('integer')) types.delete('bounded integer')
  const [type = ''] = types
  return types.size === 1 ? (columnTypes[type] ?? 'JSON') : 'JSON'
}

function typesOf(property: unknown): readonly string[] {
  if (typeof property !== 'object' || property === null) return ['any']
  const { type, anyOf, oneOf } = property as JsonSchema
  const types = Array.isArray(type) ? type.map(String) : typeof type === 'string' ? [type] : undefined
  if (types)
    return types.map((each) => (each === 'integer' && isBounded(property as JsonSchema) ? 'bounded integer' : each))
  const choices = anyOf ?? oneOf
  return Array.isArray(choices) ? choices.flatMap(typesOf) : ['any']
}

/** Does the schema keep an integer within 64 bits? */
function isBounded({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonSchema): boolean {
  const min = minimum ?? exclusiveMinimum
  const max = maximum ?? exclusiveMaximum
  return typeof min === 'number' && typeof max === 'number' && min >= -(2 ** 63) && max < 2 ** 63
}
