/** Columns from a Standard JSON Schema (https://standardschema.dev): what its top-level properties promise. */
import type { StandardSchema } from '@downlink/protocol'

export interface Column {
  /** Of the payload; undefined for the payload as a whole. */
  readonly key: string | undefined
  readonly name: string
  readonly type: ColumnType
}

export type ColumnType = 'BIGINT' | 'DOUBLE' | 'BOOLEAN' | 'VARCHAR' | 'JSON'

type JsonSchema = Readonly<Record<string, unknown>>

const columnTypes: Readonly<Record<string, ColumnType>> = {
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  string: 'VARCHAR',
}

/** Undefined where the schema can't be said in JSON Schema, or is no object of known properties. */
export function columnsOf(schema: StandardSchema): readonly Column[] | undefined {
  const json = jsonSchemaOf(schema)
  const properties = json?.properties
  if (typeof properties !== 'object' || properties === null) return undefined
  return Object.entries(properties).map(([key, property]) => ({
    key,
    // A column needs a name, and DuckDB's ends at a NUL.
    name: key.replaceAll('\0', '') || 'empty',
    type: columnTypeOf(property),
  }))
}

function jsonSchemaOf(schema: StandardSchema): JsonSchema | undefined {
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
  // 1 is a number too.
  if (types.has('number')) types.delete('integer')
  const [type = ''] = types
  return types.size === 1 ? (columnTypes[type] ?? 'JSON') : 'JSON'
}

function typesOf(property: unknown): readonly string[] {
  if (typeof property !== 'object' || property === null) return ['any']
  const { type, anyOf, oneOf } = property as JsonSchema
  if (typeof type === 'string') return [type]
  if (Array.isArray(type)) return type.map(String)
  const choices = anyOf ?? oneOf
  return Array.isArray(choices) ? choices.flatMap(typesOf) : ['any']
}
