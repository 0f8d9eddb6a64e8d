/** Keeps the schemas of one event type side by side, and picks the one that an event was sent under. */
import { kindOf } from './describe.ts'
import type { InputOf, StandardSchema } from './standard-schema.ts'

export interface SchemaVersion {
  /** The first version of the event definitions that it is of. */
  readonly since: number
  readonly schema: StandardSchema
}

/** To whoever knows no versions it is the newest schema. */
export interface VersionedSchema<Input = unknown, Earlier = unknown> extends StandardSchema {
  readonly '~standard': Omit<StandardSchema['~standard'], 'types'> & {
    readonly types?: { readonly input: Input; readonly output: unknown } | undefined
  }
  /** Oldest first. */
  readonly '~versions': readonly SchemaVersion[]
  /** Never there at run time; carries the payload types of the older versions. */
  readonly '~earlier'?: Earlier
}

type Since = readonly [since: number, schema: StandardSchema]

type NewestInput<Versions> = Versions extends readonly [...unknown[], readonly [number, infer Schema]]
  ? InputOf<Schema>
  : unknown

/** What was sent under older versions; never where there are none. */
export type EarlierInputOf<Schema> = Schema extends VersionedSchema<unknown, infer Earlier> ? Earlier : never

/**
 * The schemas that one event type had, oldest first, each with the first version of the event definitions that it is of.
 * An event is judged by the newest of them that is not newer than its own `version`, and one without a version by that of
 * version 1. `push` takes the newest.
 *
 * @example
 * defineEvents({ bullet_hit: versions([1, z.object({ ship: z.string() })], [4, z.object({ shipId: z.string() })]) })
 * createTelemetry<EventsOf<typeof battleEvents>>({ version: 4 })
 * @throws {TypeError} where a version is no whole number from 1 up, or not newer than the one before, or a value is not a Standard Schema
 */
export function versions<const Versions extends readonly [Since, ...Since[]]>(
  ...list: Versions
): VersionedSchema<NewestInput<Versions>, InputOf<Versions[number][1]>> {
  let before = 0
  for (const [since, schema] of list) {
    if (!(Number.isSafeInteger(since) && since > before)) {
      throw new TypeError(`Expected a version that is a whole number above ${before}, got ${String(since)}`)
    }
    if (!isStandardSchema(schema)) {
      throw new TypeError(`Expected a Standard Schema for version ${since}, got ${kindOf(schema)}`)
    }
    before = since
  }
  const newest = list.at(-1)?.[1]
  if (newest === undefined) throw new TypeError('Expected at least one version, got none')
  return {
    // What differs is the type alone.
    '~standard': newest['~standard'] as VersionedSchema<NewestInput<Versions>>['~standard'],
    '~versions': list.map(([since, schema]) => ({ since, schema })),
  }
}

/** All that a type had, oldest first: one, of any version, where there are no `versions`. */
export const versionsOf = (schema: StandardSchema): readonly SchemaVersion[] =>
  '~versions' in schema ? (schema as VersionedSchema)['~versions'] : [{ since: 1, schema }]

/** The schema that an event of a version was sent under; undefined where it is older than all. */
export const schemaOfVersion = (schema: StandardSchema, version = 1): StandardSchema | undefined =>
  versionsOf(schema).findLast(({ since }) => since <= version)?.schema

export const isStandardSchema = (value: unknown): value is StandardSchema =>
  typeof (value as Partial<StandardSchema> | undefined)?.['~standard']?.validate === 'function'
