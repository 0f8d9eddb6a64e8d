/** Describes events: the shape of a payload gives the type that a game may emit, and reads what came for a reducer. */
import type { Json } from '../json.ts'
import type { Warn } from '../slice.ts'
import { type Id, type JsonObject, type Maybe, PayloadFields } from './payload.ts'

/** How a field is read, and what a game may give for it; `undefined` among that is for what may be left out. */
export interface Field<Given, Read, Alias extends string = never> {
  read(fields: PayloadFields, name: string): Read
  /** For the compiler only. */
  readonly '~given'?: readonly [Given, Alias]
}

const field = <Given, Read>(read: (fields: PayloadFields, name: string) => Read): Field<Given, Read> => ({ read })

/** What the event is about: without it nobody knows. */
export const id: Field<Id, string> = field((fields, name) => fields.id(name))
export const requiredText: Field<Id, string> = field((fields, name) => fields.requiredText(name))
export const optionalId: Field<Maybe<Id>, string | null> = field((fields, name) => fields.optionalId(name))
export const text: Field<Maybe<string>, string | null> = field((fields, name) => fields.text(name))
/** Text that may be an id, too. */
export const word: Field<Maybe<Id>, string | null> = field((fields, name) => fields.text(name))
export const number: Field<Maybe<number>, number | null> = field((fields, name) => fields.number(name))
export const flag: Field<Maybe<boolean>, boolean | null> = field((fields, name) => fields.flag(name))
export const object: Field<Maybe<object>, JsonObject | null> = field((fields, name) => fields.object(name))

/** Whatever it is, kept as JSON. */
export const json = <Given = unknown>(): Field<Given | null | undefined, Json> =>
  field((fields, name) => fields.json(name))

/** Each item is read by itself: one that can't be is left out. */
export const items = <Given, Item>(
  read: (item: Json, path: string, warn: Warn) => Item,
): Field<Maybe<readonly Given[]>, Item[]> => field((fields, name) => fields.items(name, read))

/** How many there are, where a game lists them which, too. */
export interface Counted {
  readonly count: number | null
  readonly list: Json
}

/** How many, or which. */
export const counted: Field<Maybe<number | readonly Id[]>, Counted> = field((fields, name) => {
  const value = fields.json(name)
  return { count: fields.count(name), list: Array.isArray(value) ? value : null }
})

/** An id that some games call otherwise; its own name is asked first. Without either nobody knows what the event is about. */
export const aliasedId = <Alias extends string>(alias: Alias): Field<Id, string, Alias> => ({
  read: (fields, name) => fields.id(name, alias),
})

/** The same, where it may be left out. */
export const aliasedOptionalId = <Alias extends string>(alias: Alias): Field<Maybe<Id>, string | null, Alias> => ({
  read: (fields, name) => fields.optionalId(name, alias),
})

type Fields = Readonly<Record<string, Field<unknown, unknown, string>>>

type GivenOf<F> = F extends Field<infer Given, unknown, string> ? Given : never
type AliasOf<F> = F extends Field<unknown, unknown, infer Alias> ? Alias : never

type OptionalName<F extends Fields> = {
  [Name in keyof F]: undefined extends GivenOf<F[Name]> ? Name : never
}[keyof F]

/** What a game may emit. Only what the event is about must be there, and what else a payload has is ignored. */
export type Payload<F extends Fields> = {
  [Name in keyof F as Exclude<Name, OptionalName<F>>]: GivenOf<F[Name]>
} & { [Name in keyof F as Extract<Name, OptionalName<F>>]?: GivenOf<F[Name]> } & {
  [Alias in AliasOf<F[keyof F]>]?: Maybe<Id>
} & {
  /** Milliseconds since 1970. @default the store's */
  timestamp?: Maybe<number>
}

/** What a reducer gets. */
export type EventOf<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<unknown, infer Read, string> ? Read : never
} & { readonly timestamp: number }

/** The payloads of events, by their names. */
export type PayloadsOf<Events extends Readonly<Record<string, Fields>>> = {
  [Type in keyof Events]: Payload<Events[Type]>
}

/**
 * Reducers of payloads, made of reducers of events that were read. They throw where a payload is no object, or lacks what
 * the event is about.
 */
export function reducersFor<State, Events extends Readonly<Record<string, Fields>>>(
  events: Events,
  reducers: { readonly [Type in keyof Events]: (state: State, event: EventOf<Events[Type]>) => State },
): { readonly [Type in keyof Events]: (state: State, payload: Payload<Events[Type]>, warn: Warn) => State } {
  const read = Object.entries(reducers).map(([type, reduce]) => {
    const fields = Object.entries(events[type] ?? {})
    return [
      type,
      (state: State, payload: Json, warn: Warn) => reduce(state, readEvent(fields, new PayloadFields(payload, warn))),
    ]
  })
  return Object.fromEntries(read)
}

function readEvent<F extends Fields>(
  fields: readonly (readonly [string, F[keyof F]])[],
  payload: PayloadFields,
): EventOf<F> {
  const event: Record<string, unknown> = { timestamp: payload.timestamp }
  for (const [name, field] of fields) event[name] = field.read(payload, name)
  return event as EventOf<F>
}
