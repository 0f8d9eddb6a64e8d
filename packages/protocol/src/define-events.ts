/** Defines a game's events, once: for the types of `push`, the validation of what arrives, and the SQL columns. */
import { isWellFormedText } from './json.ts'
import { maxTypeLength } from './limits.ts'

/**
 * The part of a Standard Schema (https://standardschema.dev, version 1) that Downlink uses.
 * Zod, Valibot, ArkType and others implement it.
 */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
    /** Standard JSON Schema (same address): gives the columns of the type's SQL view. */
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: string }) => Record<string, unknown>
    }
  }
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** Schemas by event type. */
export type EventSchemas = Readonly<Record<string, StandardSchema>>

/** Payloads by event type: what `createTelemetry<Events>` binds `push` to. */
export type EventMap = Readonly<Record<string, unknown>>

/** What `defineEvents` returns: schemas at run time, payloads at compile time. */
export interface EventDefinitions<Events extends EventMap = EventMap> {
  /** Empty for bare types: then every type and payload is accepted. */
  readonly schemas: EventSchemas
  /** Never there at run time; carries the payload types. */
  readonly '~events'?: Events
}

/** The payloads of definitions: `createTelemetry<EventsOf<typeof battleEvents>>()`. */
export type EventsOf<Definitions> = Definitions extends EventDefinitions<infer Events> ? Events : never

type InputOf<Schema> = Schema extends { readonly '~standard': { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly input: infer Input }
    ? Input
    : unknown
  : unknown

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
): EventDefinitions<{ readonly [Type in keyof Schemas & string]: InputOf<Schemas[Type]> }>
export function defineEvents<Events extends EventMap>(): EventDefinitions<Events>
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
    if (typeof schema?.['~standard']?.validate !== 'function') {
      throw new TypeError(`Expected a Standard Schema for event "${type}" (https://standardschema.dev)`)
    }
  }
  return { schemas }
}
