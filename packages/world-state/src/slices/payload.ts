/** Reads a payload field by field: what is odd about one is left out and told, and does not cost the event. */
import { messageOf, shown } from '@downlink/protocol'
import type { Json } from '../json.ts'
import type { Warn } from '../slice.ts'

/** What an event may say, leave out, or say nothing with. */
export type Maybe<Value> = Value | null | undefined

/** Games have both. Kept as text. */
export type Id = string | number

/** Several names are read in order, for what games call differently; the first that is there counts. */
export class PayloadFields {
  readonly #fields: JsonObject
  readonly #warn: Warn
  readonly #path: string

  constructor(payload: Json, warn: Warn, path = 'payload') {
    if (!isObject(payload)) throw new TypeError(`Expected \`${path}\` to be an object, got ${shownBriefly(payload)}`)
    this.#fields = payload
    this.#warn = warn
    this.#path = path
  }

  /** Milliseconds since 1970. The store gives one to each payload that lacks it. */
  get timestamp(): number {
    return this.number('timestamp') ?? 0
  }

  /** Without it nobody knows what the event is about. */
  id(...names: readonly string[]): string {
    return this.#required(names, 'text or a number', this.optionalId(...names))
  }

  optionalId(...names: readonly string[]): string | null {
    return this.#read(names, 'text or a number', (value) =>
      typeof value === 'string' || typeof value === 'number' ? `${value}` : undefined,
    )
  }

  requiredText(name: string): string {
    return this.#required([name], 'text', this.text(name))
  }

  text(...names: readonly string[]): string | null {
    return this.#read(names, 'text', (value) => (typeof value === 'object' ? undefined : `${value}`))
  }

  number(name: string): number | null {
    return this.#read([name], 'a number', numberIn)
  }

  /** How many: a number, or as many as a list has. */
  count(name: string): number | null {
    return this.#read([name], 'a number or a list', (value) => (isList(value) ? value.length : numberIn(value)))
  }

  flag(name: string): boolean | null {
    return this.#read([name], 'true or false', (value) => (typeof value === 'boolean' ? value : undefined))
  }

  object(name: string): JsonObject | null {
    return this.#read([name], 'an object', (value) => (isObject(value) ? value : undefined))
  }

  /** Whatever it is. */
  json(name: string): Json {
    return this.#read([name], 'JSON', (value) => value)
  }

  /** Each item of a list is read by itself: one that can't be is left out. */
  items<Item>(name: string, read: (item: Json, path: string, warn: Warn) => Item): Item[] {
    const list = this.#read([name], 'a list', (value) => (isList(value) ? value : undefined)) ?? []
    return list.flatMap((item, at) => {
      try {
        return [read(item, `${this.#path}.${name}[${at}]`, this.#warn)]
      } catch (error) {
        this.#warn(messageOf(error))
        return []
      }
    })
  }

  /** Null counts as absent. */
  #read<Value>(
    names: readonly string[],
    expected: string,
    valueIn: (value: Exclude<Json, null>) => Value | undefined,
  ): Value | null {
    for (const name of names) {
      const value = Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined
      if (value === undefined || value === null) continue
      const read = valueIn(value)
      if (read !== undefined) return read
      this.#warn(`Expected \`${this.#path}.${name}\` to be ${expected}, got ${shownBriefly(value)}`)
    }
    return null
  }

  #required<Value>(names: readonly string[], expected: string, value: Value | null): Value {
    if (value !== null) return value
    throw new TypeError(`Expected \`${this.#path}.${names[0]}\` to be ${expected}`)
  }
}

export type JsonObject = { readonly [name: string]: Json }

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

const isObject = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !isList(value)

function numberIn(value: Json): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** A text may be a whole document. */
const shownBriefly = (value: Json): string => shown(value).slice(0, 40)
