/** Defines a game's events, once: for the types of `push`, the validation of what arrives, and the SQL columns. */
import { isWellFormedText } from './json.ts'
import { maxTypeLength } from './limits.ts'
import { type EarlierInputOf, isStandardSchema } from './schema-versions.ts'
import type { InputOf, StandardSchema } from './standard-schema.ts'

/** Schemas by event type. */
export type EventSchemas = Readonly<Record<string, StandardSchema>>

/** Payloads by event type, of events that are not known. Those that are may be an interface, too, which has no index signature. */
export type EventMap = Readonly<Record<string, unknown>>

/** The same of events that are known, as a type that an `EventMap` may be read from, whether they are a type or an interface. */
export type PayloadsOf<Events extends object> = { readonly [Type in keyof Events]: Events[Type] }

/** What `defineEvents` returns: schemas at run time, payloads at compile time. */
export interface EventDefinitions<Events extends object = EventMap, Stored extends object = Events> {
  /** Empty for bare types: then every type and payload is accepted. */
  readonly schemas: EventSchemas
  /** Never there at run time; carries the payload types. */
  readonly '~events'?: PayloadsOf<Events>
  /** The same of what may have been stored. */
  readonly '~stored'?: PayloadsOf<Stored>
}

/** The payloads of definitions: `createTelemetry<EventsOf<typeof battleEvents>>()`. */
export type EventsOf<Definitions> = Definitions extends EventDefinitions<infer Events, EventMap> ? Events : never

/** The payloads that were ever taken: of a type with `versions`, those of any. What is read back is of this type. */
export type StoredEventsOf<Definitions> = Definitions extends EventDefinitions<EventMap, infer Stored> ? Stored : never

/**
 * Names a game's events once.
 *
 * @example
 * const battleEvents = defineEvents({ bullet_fired: z.object({ shipId: z.string() }) })
 * const bareEvents = defineEvents<{ bullet_fired: { shipId: string } }>()
 * @throws {TypeError} where a value is not a Standard Schema, or a name is empty, over 128 characters, or has a NUL or half a surrogate pair
 */
export function defineEvents<const Schemas extends EventSchemas>(
  schemas: Schemas,
): EventDefinitions<
  { readonly [Type in keyof Schemas & string]: InputOf<Schemas[Type]> },
  { readonly [Type in keyof Schemas & string]: InputOf<Schemas[Type]> | EarlierInputOf<Schemas[Type]> }
>
export function defineEvents<Events extends object = EventMap>(): EventDefinitions<Events>
export function defineEvents(schemas: EventSchemas = {}): EventDefinitions {
  for (const [type, schema] of Object.entries(schemas)) {
    if (type === '' || type.length > maxTypeLength) {
      throw new TypeError(
        `Expected an event type of 1 to ${maxTypeLength} characters, got ${JSON.stringify(type.slice(0, maxTypeLength + 12))}`,
      )
    }
    if (!isWellFormedText(type)) {
      throw new TypeError(`Expected an event type without a lone surrogate or a NUL, got ${JSON.stringify(type)}`)
    }
    if (!isStandardSchema(schema)) {
      throw new TypeError(`Expected a Standard Schema for event "${type}" (https://standardschema.dev)`)
    }
  }
  return { schemas }
}
